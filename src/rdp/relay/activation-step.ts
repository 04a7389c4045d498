/** Which of a target's frames are steps of the activation of a share, [MS-RDPBCGR] 1.3.1.1 and 1.3.1.3. */
import { PduType, type SharePdu, sharePdus } from '../session/share-control.js';
import { decodeShareData, HISTORY_FLAGS, PduType2 } from '../session/share-data.js';

/** `step`: nothing else is in the frame. `ordered`: it keeps its place in the stream. */
export type ActivationStep = 'step' | 'ordered';

/** An error is told at once, too: the target may never end the activation. */
const STEPS: ReadonlySet<number> = new Set([
  PduType2.control,
  PduType2.synchronize,
  PduType2.fontMap,
  PduType2.setErrorInfo,
  PduType2.monitorLayout,
]);

/** What the user data of a frame on the I/O channel is; null when no step is in it. Throws DecodeError. */
export function activationStep(userData: Uint8Array): ActivationStep | null {
  const found = new Set<ActivationStep | null>();
  for (const pdu of sharePdus(userData)) if (pdu.kind === 'share') found.add(stepOf(pdu));
  if (found.has('ordered')) return 'ordered';
  if (!found.has('step')) return null;
  return found.size === 1 ? 'step' : 'ordered';
}

function stepOf({ pduType, body }: SharePdu): ActivationStep | null {
  if (pduType === PduType.demandActive || pduType === PduType.deactivateAll) return 'step';
  if (pduType !== PduType.data) return null;
  const { pduType2, compressedType } = decodeShareData(body);
  if (!STEPS.has(pduType2)) return null;
  // One that reads or changes the history that updates are compressed with stays among them.
  return (compressedType & HISTORY_FLAGS) === 0 ? 'step' : 'ordered';
}
