/** Sealing and signing with extended session security, one direction: [MS-NLMP] 3.4.3, 3.4.4.2 and 3.4.5. */
import { Writer } from '../../wire/writer.js';
import { ascii, concat, equalInConstantTime } from '../bytes.js';
import type { Hashes } from '../hashes.js';
import { NlaError } from '../nla-error.js';
import { Rc4 } from '../rc4.js';
import { hasFlags, NEGOTIATE_128, NEGOTIATE_56, NEGOTIATE_KEY_EXCH } from './flags.js';

const SIGNATURE_VERSION = 1;
const CHECKSUM_BYTES = 8;
const SIGNATURE_BYTES = 16;

export type Direction = 'client-to-server' | 'server-to-client';

/** SIGNKEY. */
export function signKey(hashes: Hashes, sessionKey: Uint8Array, direction: Direction): Uint8Array {
  return hashes.md5(concat(sessionKey, ascii(`session key to ${direction} signing key magic constant\0`)));
}

/** SEALKEY. */
export function sealKey(hashes: Hashes, flags: number, sessionKey: Uint8Array, direction: Direction): Uint8Array {
  const keyBytes = hasFlags(flags, NEGOTIATE_128) ? 16 : hasFlags(flags, NEGOTIATE_56) ? 7 : 5;
  const key = sessionKey.subarray(0, keyBytes);
  return hashes.md5(concat(key, ascii(`session key to ${direction} sealing key magic constant\0`)));
}

/** Messages of one direction, in order: each use takes the next sequence number. */
export class MessageSecurity {
  readonly #hashes: Hashes;
  readonly #signKey: Uint8Array;
  readonly #sealKey: Uint8Array;
  /** With key exchange, checksums are encrypted too. */
  readonly #encryptChecksum: boolean;
  readonly #stream: Rc4;
  #sequence = 0;

  constructor(hashes: Hashes, flags: number, sessionKey: Uint8Array, direction: Direction) {
    this.#hashes = hashes;
    this.#signKey = signKey(hashes, sessionKey, direction);
    this.#sealKey = sealKey(hashes, flags, sessionKey, direction);
    this.#encryptChecksum = hasFlags(flags, NEGOTIATE_KEY_EXCH);
    this.#stream = new Rc4(this.#sealKey);
  }

  #signature(message: Uint8Array, stream: Rc4): Uint8Array {
    const sequence = new Writer().u32(this.#sequence).finish();
    const checksum = this.#hashes.hmacMd5(this.#signKey, concat(sequence, message)).subarray(0, CHECKSUM_BYTES);
    this.#sequence += 1;
    return new Writer()
      .u32(SIGNATURE_VERSION)
      .bytes(this.#encryptChecksum ? stream.update(checksum) : checksum)
      .bytes(sequence)
      .finish();
  }

  /** Signature, then the encrypted message: GSS_WrapEx as CredSSP carries it. */
  seal(message: Uint8Array): Uint8Array {
    const sealed = this.#stream.update(message);
    return concat(this.#signature(message, this.#stream), sealed);
  }

  /** Throws NlaError "protocol" when the message was not sealed by a peer that knows the key, as the next one. */
  unseal(sealed: Uint8Array): Uint8Array {
    if (sealed.length < SIGNATURE_BYTES) throw new NlaError('protocol', 0, 'a sealed message is too short');
    const message = this.#stream.update(sealed.subarray(SIGNATURE_BYTES));
    if (!equalInConstantTime(this.#signature(message, this.#stream), sealed.subarray(0, SIGNATURE_BYTES))) {
      throw new NlaError('protocol', 0, 'the signature of a sealed message is wrong');
    }
    return message;
  }

  /** SPNEGO's mechListMIC: the key stream begins again after it, [MS-SPNG] 3.2.5.1 and 3.3.5.1. */
  mic(message: Uint8Array): Uint8Array {
    return this.#signature(message, new Rc4(this.#sealKey));
  }
}
