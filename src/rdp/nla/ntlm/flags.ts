/** Flags of NTLM's messages, [MS-NLMP] 2.2.2.5, as far as they are used. */
export const NEGOTIATE_UNICODE = 0x0000_0001;
export const REQUEST_TARGET = 0x0000_0004;
export const NEGOTIATE_SIGN = 0x0000_0010;
export const NEGOTIATE_SEAL = 0x0000_0020;
export const NEGOTIATE_NTLM = 0x0000_0200;
export const NEGOTIATE_ALWAYS_SIGN = 0x0000_8000;
export const TARGET_TYPE_SERVER = 0x0002_0000;
export const NEGOTIATE_EXTENDED_SESSIONSECURITY = 0x0008_0000;
export const NEGOTIATE_TARGET_INFO = 0x0080_0000;
export const NEGOTIATE_VERSION = 0x0200_0000;
export const NEGOTIATE_128 = 0x2000_0000;
export const NEGOTIATE_KEY_EXCH = 0x4000_0000;
export const NEGOTIATE_56 = 0x8000_0000;

/** What the gateway offers as a client, and takes as a server. */
export const OFFERED_FLAGS =
  (NEGOTIATE_UNICODE |
    REQUEST_TARGET |
    NEGOTIATE_SIGN |
    NEGOTIATE_SEAL |
    NEGOTIATE_NTLM |
    NEGOTIATE_ALWAYS_SIGN |
    NEGOTIATE_EXTENDED_SESSIONSECURITY |
    NEGOTIATE_VERSION |
    NEGOTIATE_128 |
    NEGOTIATE_KEY_EXCH |
    NEGOTIATE_56) >>>
  0;

/** True when every bit of `wanted` is set. */
export function hasFlags(flags: number, wanted: number): boolean {
  return (flags & wanted) >>> 0 === wanted >>> 0;
}

/** CredSSP encrypts with NTLM: without sealing, extended session security and 56 bits there is nothing to encrypt with. */
export function strongEnough(flags: number): boolean {
  const needed = NEGOTIATE_UNICODE | NEGOTIATE_SEAL | NEGOTIATE_EXTENDED_SESSIONSECURITY;
  return hasFlags(flags, needed) && (hasFlags(flags, NEGOTIATE_128) || hasFlags(flags, NEGOTIATE_56));
}
