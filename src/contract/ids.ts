/** Branded identifiers: a session id cannot be passed where a decision id is due. */

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** UUIDv7 of a session, its recording included. */
export type SessionId = Branded<'SessionId'>;
/** UUIDv7 of one policy decision. */
export type DecisionId = Branded<'DecisionId'>;
/** Identifier of a target in the inventory. */
export type TargetId = Branded<'TargetId'>;
/** Identifier of a person who signs in. */
export type UserId = Branded<'UserId'>;
/** Name of one audit chain: one gateway. */
export type ChainId = Branded<'ChainId'>;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** True for the text form of a UUIDv7 in lower case. */
export function isUuidV7(text: string): boolean {
  return UUID.test(text);
}

/**
 * Builds a UUIDv7 (RFC 9562, 5.7) from a time in milliseconds since 1970 and 10 random bytes.
 * @throws RangeError when fewer than 10 random bytes are given.
 */
export function uuidV7(timeMs: number, random: Uint8Array): string {
  if (random.length < 10) throw new RangeError('uuidV7 needs 10 random bytes');
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, Math.floor(timeMs / 2 ** 32));
  view.setUint32(2, timeMs % 2 ** 32);
  bytes.set(random.subarray(0, 10), 6);
  view.setUint8(6, (view.getUint8(6) & 0x0f) | 0x70);
  view.setUint8(8, (view.getUint8(8) & 0x3f) | 0x80);
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

export const sessionId = (text: string): SessionId => text as SessionId;
export const decisionId = (text: string): DecisionId => text as DecisionId;
export const targetId = (text: string): TargetId => text as TargetId;
export const userId = (text: string): UserId => text as UserId;
export const chainId = (text: string): ChainId => text as ChainId;
