/** A credential in memory. Whoever has it erases it; what JavaScript made strings of is left to the garbage collector. */

export interface CredentialFacts {
  readonly userName: string;
  /** Empty for none. */
  readonly domain: string;
  /** Signs in without leaving the password at the target: restricted admin mode, [MS-RDPBCGR] 2.2.1.1.1. */
  readonly restrictedAdmin: boolean;
}

/** Printed or put into JSON it shows no secret: the password is a private field. */
export class Credential implements CredentialFacts {
  readonly userName: string;
  readonly domain: string;
  readonly restrictedAdmin: boolean;
  readonly #password: Buffer;

  /** @param password UTF-8; this object owns the bytes from now on */
  constructor({ userName, domain, restrictedAdmin }: CredentialFacts, password: Buffer) {
    this.userName = userName;
    this.domain = domain;
    this.restrictedAdmin = restrictedAdmin;
    this.#password = password;
  }

  /** Empty after `erase`. */
  get password(): string {
    return this.#password.toString('utf8').replace(/\0+$/, '');
  }

  /** For sealing; the caller overwrites the bytes. */
  copyPassword(): Buffer {
    return Buffer.from(this.#password);
  }

  erase(): void {
    this.#password.fill(0);
  }
}
