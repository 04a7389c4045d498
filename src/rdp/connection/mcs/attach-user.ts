/** MCS Attach User Request and Confirm, ITU-T T.125 sections 11.17 and 11.18, [MS-RDPBCGR] 2.2.1.6 and 2.2.1.7. */
import type { Reader } from '../../wire/reader.js';
import { Writer } from '../../wire/writer.js';
import { ATTACH_USER_CONFIRM, ATTACH_USER_REQUEST, choiceByte, packResult, unpackResult } from './choice.js';
import { readUserId, writeUserId } from './per.js';

export interface AttachUserRequest {
  readonly kind: 'attach-user-request';
}

export interface AttachUserConfirm {
  readonly kind: 'attach-user-confirm';
  /** RT_SUCCESSFUL or the reason of the refusal (T.125 Result). */
  readonly result: number;
  /** The user's id and its own channel; null when refused. */
  readonly initiator: number | null;
}

export function encodeAttachUserRequest(): Uint8Array {
  return Uint8Array.of(choiceByte(ATTACH_USER_REQUEST));
}

/** Decodes what follows the first byte. */
export function decodeAttachUserConfirm(first: number, reader: Reader): AttachUserConfirm {
  const { result, option } = unpackResult(first, reader.u8());
  return { kind: 'attach-user-confirm', result, initiator: option ? readUserId(reader) : null };
}

export function encodeAttachUserConfirm(value: AttachUserConfirm): Uint8Array {
  const [first, second] = packResult(ATTACH_USER_CONFIRM, value.result, value.initiator !== null);
  const writer = new Writer().u8(first).u8(second);
  if (value.initiator !== null) writeUserId(writer, value.initiator);
  return writer.finish();
}
