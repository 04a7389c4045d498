/** Whether a client's PDU is input of a person: a client that nobody touches still synchronises and sends time stamps. */
import { decodeFastPathInput } from '../session/fast-path-input.js';
import { FASTPATH_INPUT_KBDFLAGS_RELEASE, KBDFLAGS_RELEASE } from '../session/input-flags.js';
import { decodeInput } from '../session/input.js';
import { PduType, sharePdus } from '../session/share-control.js';
import { decodeShareData, PduType2 } from '../session/share-data.js';
import { DecodeError } from '../wire/errors.js';
import { Reader } from '../wire/reader.js';

const WITHOUT_A_PERSON: ReadonlySet<string> = new Set(['sync', 'qoe-timestamp', 'unused']);

/** True for a fast-path input PDU with a key or a movement in it, and for one that cannot be read. */
export function isFastPathUserInput(pdu: Uint8Array): boolean {
  return byPerson(() => decodeFastPathInput(new Reader(pdu, 'FastPathInput')).events);
}

/** True for a fast-path input PDU in which a key is pressed. */
export function isKeyPress(pdu: Uint8Array): boolean {
  const { events } = decodeFastPathInput(new Reader(pdu, 'FastPathInput'));
  return events.some(
    (event) => event.kind === 'scancode' && (event.eventFlags & FASTPATH_INPUT_KBDFLAGS_RELEASE) === 0,
  );
}

/** The same for the payload of a slow-path input PDU. */
export function isSlowPathKeyPress(payload: Uint8Array): boolean {
  const events = decodeInput(new Reader(payload, 'Input'));
  return events.some((event) => event.kind === 'scancode' && (event.keyboardFlags & KBDFLAGS_RELEASE) === 0);
}

/** As `isFastPathUserInput`, for a payload of the I/O channel. */
export function isSlowPathUserInput(payload: Uint8Array): boolean {
  try {
    for (const pdu of sharePdus(payload)) {
      if (pdu.kind === 'flow' || pdu.pduType !== PduType.data) continue;
      const data = decodeShareData(pdu.body);
      if (data.pduType2 !== PduType2.input) continue;
      if (byPerson(() => decodeInput(new Reader(data.payload, 'Input')))) return true;
    }
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
  }
  return false;
}

function byPerson(read: () => readonly { readonly kind: string }[]): boolean {
  try {
    return read().some(({ kind }) => !WITHOUT_A_PERSON.has(kind));
  } catch (error) {
    // What it means is the target's business; a session is not idle for what the gateway cannot read.
    if (error instanceof DecodeError) return true;
    throw error;
  }
}
