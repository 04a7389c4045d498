/** MCS Disconnect Provider Ultimatum, ITU-T T.125 section 11.15 and [MS-RDPBCGR] 2.2.2.3: either side ends the session. */
import type { Reader } from '../../wire/reader.js';
import { choiceByte, DISCONNECT_PROVIDER_ULTIMATUM } from './choice.js';

/** `reason`. */
export const RN_DOMAIN_DISCONNECTED = 0;
export const RN_PROVIDER_INITIATED = 1;
export const RN_TOKEN_PURGED = 2;
export const RN_USER_REQUESTED = 3;
export const RN_CHANNEL_PURGED = 4;

export interface DisconnectProviderUltimatum {
  readonly kind: 'disconnect-provider-ultimatum';
  /** RN_*: three bits. */
  readonly reason: number;
}

/** Decodes what follows the first byte, whose two low bits are the reason's high bits. */
export function decodeDisconnectProviderUltimatum(first: number, reader: Reader): DisconnectProviderUltimatum {
  return { kind: 'disconnect-provider-ultimatum', reason: ((first & 0x03) << 1) | (reader.u8() >> 7) };
}

export function encodeDisconnectProviderUltimatum(value: DisconnectProviderUltimatum): Uint8Array {
  if (value.reason < 0 || value.reason > 7) throw new RangeError(`MCS reason ${value.reason}`);
  return Uint8Array.of(choiceByte(DISCONNECT_PROVIDER_ULTIMATUM, value.reason >> 1), (value.reason & 1) << 7);
}
