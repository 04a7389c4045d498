/** The activation of a captured session: its caches are as large as its client said, since no gateway made them smaller. */
import type { SendDataLocation } from '../connection/mcs/send-data.js';
import { orderCaches } from '../relay/shaping/drawing-orders.js';
import { decodeConfirmActive } from '../session/confirm-active.js';
import { PduType, sharePdus } from '../session/share-control.js';
import type { CaptureOutput } from './capture-output.js';

/** `outputs` of the client's frame at `location`, with the caches that its Confirm Active announces. */
export function withUnshapedCaches(
  outputs: readonly CaptureOutput[],
  frame: Uint8Array,
  location: SendDataLocation,
): readonly CaptureOutput[] {
  if (!outputs.some(({ type }) => type === 'activation')) return outputs;
  const payload = frame.subarray(location.offset, location.offset + location.sizeBytes);
  const announced = [...sharePdus(payload)].flatMap((pdu) =>
    pdu.kind === 'share' && pdu.pduType === PduType.confirmActive
      ? [orderCaches(decodeConfirmActive(pdu.body).capabilitySets)]
      : [],
  );
  let index = 0;
  return outputs.map((output) => {
    if (output.type !== 'activation') return output;
    const caches = announced[index];
    index += 1;
    return caches === undefined ? output : { ...output, activation: { ...output.activation, orderCaches: caches } };
  });
}
