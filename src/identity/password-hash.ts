/**
 * Hashes of passwords: scrypt (RFC 7914), memory-hard, with the parameters stored beside salt and hash so that they can
 * grow. Text form: `$scrypt$ln=15,r=8,p=3$<salt>$<hash>`, base64 without padding, ln being the logarithm of N.
 */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

export interface PasswordCost {
  /** Logarithm of N, scrypt's number of rounds and blocks. */
  readonly logN: number;
  /** scrypt's r. */
  readonly blockSize: number;
  /** scrypt's p: how often the whole is done. */
  readonly parallelism: number;
}

/** 32 MiB, and about a fifth of a second: OWASP's password storage cheat sheet counts it as equal to 128 MiB once. */
export const PASSWORD_COST: PasswordCost = { logN: 15, blockSize: 8, parallelism: 3 };

/** What a stored hash may ask for at most: a changed row must not cost the gateway its memory. */
const MAX_COST: PasswordCost = { logN: 18, blockSize: 16, parallelism: 8 };
const SALT_BYTES = 16;
const HASH_BYTES = 32;
const TEXT = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{22})\$([A-Za-z0-9+/]{43})$/;

interface Stored {
  readonly cost: PasswordCost;
  readonly salt: Buffer;
  readonly hash: Buffer;
}

export async function hashPassword(password: string, cost: PasswordCost = PASSWORD_COST): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  return format({ cost, salt, hash: await derive(password, salt, cost) });
}

/** @throws Error when the stored text is no hash of this form */
export async function isPassword(password: string, text: string): Promise<boolean> {
  const stored = parse(text);
  return timingSafeEqual(await derive(password, stored.salt, stored.cost), stored.hash);
}

/** True when the hash was made with other parameters than passwords get now. */
export function isOutdated(text: string, cost: PasswordCost = PASSWORD_COST): boolean {
  const { logN, blockSize, parallelism } = parse(text).cost;
  return logN !== cost.logN || blockSize !== cost.blockSize || parallelism !== cost.parallelism;
}

/** A hash that no password has: checking it takes as long as checking a person's. */
export function hashOfNobody(cost: PasswordCost = PASSWORD_COST): string {
  return format({ cost, salt: randomBytes(SALT_BYTES), hash: randomBytes(HASH_BYTES) });
}

function format({ cost, salt, hash }: Stored): string {
  const { logN, blockSize, parallelism } = cost;
  return `$scrypt$ln=${logN},r=${blockSize},p=${parallelism}$${base64(salt)}$${base64(hash)}`;
}

function parse(text: string): Stored {
  const [, logN, blockSize, parallelism, salt, hash] = TEXT.exec(text) ?? [];
  const cost = { logN: Number(logN), blockSize: Number(blockSize), parallelism: Number(parallelism) };
  if (salt === undefined || hash === undefined || !isAffordable(cost)) throw new Error('a stored password is damaged');
  return { cost, salt: Buffer.from(salt, 'base64'), hash: Buffer.from(hash, 'base64') };
}

function isAffordable({ logN, blockSize, parallelism }: PasswordCost): boolean {
  if (logN < 1 || blockSize < 1 || parallelism < 1) return false;
  return logN <= MAX_COST.logN && blockSize <= MAX_COST.blockSize && parallelism <= MAX_COST.parallelism;
}

const base64 = (bytes: Buffer): string => bytes.toString('base64').replaceAll('=', '');

/** The same characters typed on different keyboards are the same password: NIST SP 800-63B, 5.1.1.2. */
function derive(password: string, salt: Buffer, cost: PasswordCost): Promise<Buffer> {
  const N = 2 ** cost.logN;
  const options = { N, r: cost.blockSize, p: cost.parallelism, maxmem: 256 * N * cost.blockSize + 2 ** 20 };
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, HASH_BYTES, options, (error, hash) => {
      if (error === null) resolve(hash);
      else reject(error);
    });
  });
}
