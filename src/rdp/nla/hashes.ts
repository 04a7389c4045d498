/** Hash functions that the caller brings: they are the platform's, and none of them keeps state. */
export interface Hashes {
  /** 16 bytes. */
  md5(data: Uint8Array): Uint8Array;
  /** 16 bytes. */
  hmacMd5(key: Uint8Array, data: Uint8Array): Uint8Array;
  /** 32 bytes. */
  sha256(data: Uint8Array): Uint8Array;
}
