/**
 * Keys on disk, each in a file of its own with mode 0600 below `<data>/keys`: made at the first start, read afterwards.
 * A session's trace key is random and wrapped by the master key; it is held in memory while the session lives.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile } from 'node:fs/promises';
import path from 'node:path';
import { openSealed, seal } from './sealing.js';

const KEY_BYTES = 32;

/** A key file holds something else than a key, or can be read by others. The message names the file and the remedy. */
export class KeyFileError extends Error {
  override readonly name = 'KeyFileError';
}

/**
 * Reads the 32-byte key in `file` (base64), or creates it when the file is missing.
 * @throws KeyFileError when the file's content is not a key.
 */
export async function loadOrCreateKey(file: string): Promise<Buffer> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  try {
    const handle = await open(file, 'wx', 0o600);
    try {
      const key = randomBytes(KEY_BYTES);
      await handle.writeFile(`${key.toString('base64')}\n`);
      await handle.sync();
      return key;
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (!isExisting(error)) throw error;
  }
  const key = Buffer.from((await readFile(file, 'utf8')).trim(), 'base64');
  if (key.length !== KEY_BYTES) {
    throw new KeyFileError(`${file} does not hold a 32-byte key in base64; restore it from a backup`);
  }
  return key;
}

function isExisting(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST';
}

/** Wraps and unwraps session keys with the master key. The session's id is bound in, so keys cannot be exchanged. */
export class KeyWrapper {
  readonly #masterKey: Buffer;

  constructor(masterKey: Buffer) {
    this.#masterKey = masterKey;
  }

  /** A fresh session key and its wrapped form (base64) for the trace header. */
  create(sessionId: string): { key: Buffer; wrapped: string } {
    const key = randomBytes(KEY_BYTES);
    const sealed = seal(this.#masterKey, sessionId, key);
    return { key, wrapped: sealed.toString('base64') };
  }

  /**
   * The session key of a wrapped form.
   * @throws KeyFileError when it was not wrapped by this master key for this session.
   */
  unwrap(sessionId: string, wrapped: string): Buffer {
    try {
      return openSealed(this.#masterKey, sessionId, Buffer.from(wrapped, 'base64'));
    } catch {
      throw new KeyFileError(`the key of session ${sessionId} was not wrapped by this gateway's master key`);
    }
  }
}
