/**
 * Asking a target to draw its desktop again: its output is suppressed and allowed, [MS-RDPBCGR] 2.2.11.3, and an area to
 * be refreshed is named, 2.2.11.2, as far as it takes these PDUs. Clients do the same when their window comes up again.
 */
import type { DesktopSize } from '../../contract/recorder-protocol.js';
import { encodeDomainPdu } from '../connection/mcs/domain-pdu.js';
import { sendData } from '../connection/mcs/send-data.js';
import { encodeDataFrame } from '../connection/x224/data.js';
import { encodeRefreshRect } from '../session/refresh-rect.js';
import { encodeDataPdu, PduType2 } from '../session/share-data.js';
import { encodeSuppressOutput } from '../session/suppress-output.js';
import type { ShareState } from './share-state.js';

/**
 * Frames for the target; none while it has no active share, or takes none of these PDUs. The size is that of the picture,
 * which may have changed since the activation.
 */
export function redrawFrames(
  { active, shareId, redraw }: ShareState,
  { width, height }: DesktopSize,
  clientUserId: number,
  ioChannelId: number,
): Uint8Array[] {
  if (!active || shareId === null || width === 0 || height === 0) return [];
  const all = { left: 0, top: 0, right: width - 1, bottom: height - 1 };
  const frame = (pduType2: number, payload: Uint8Array): Uint8Array => {
    const pdu = encodeDataPdu({ shareId, pduSource: clientUserId, pduType2 }, payload);
    return encodeDataFrame(encodeDomainPdu(sendData('send-data-request', clientUserId, ioChannelId, pdu)));
  };
  const frames: Uint8Array[] = [];
  if (redraw.suppressOutput) {
    for (const desktopRect of [null, all]) {
      frames.push(frame(PduType2.suppressOutput, encodeSuppressOutput({ desktopRect })));
    }
  }
  if (redraw.refreshRect) frames.push(frame(PduType2.refreshRect, encodeRefreshRect([all])));
  return frames;
}
