/**
 * The dynamic channels of a session that is not recorded, [MS-RDPEDYC]: those that policy withholds are refused by name
 * when the target asks for them, and everything else passes as it is.
 */
import type { ChannelPolicy } from '../../../contract/channel-policy.js';
import { CREATION_STATUS_NOT_FOUND, encodeDvcCreateResponse } from '../../dvc/create-response.js';
import { decodeDvcServerPdu } from '../../dvc/dvc-pdu.js';
import { MAX_DVC_PDU_MESSAGE_BYTES } from '../../wire/limits.js';
import { Reader } from '../../wire/reader.js';
import type { Leg } from '../output.js';
import { dynamicChannelUse } from '../shaping/dynamic-channels.js';
import { eventName } from './event-text.js';
import { type ChannelFilter, PASS, type Treatment, type Verdict } from './channel-filter.js';

/** Cmd of a create request, in the upper four bits of the first byte, 2.2.2.1. */
const CREATE_REQUEST = 0x01;

export class DynamicNameFilter implements ChannelFilter {
  readonly #channels: ChannelPolicy;

  constructor(channels: ChannelPolicy) {
    this.#channels = channels;
  }

  begin(from: Leg, head: Uint8Array): Treatment {
    if (from === 'client' || (head[0] ?? 0) >> 4 !== CREATE_REQUEST) return PASS;
    return { kind: 'collect', limitBytes: MAX_DVC_PDU_MESSAGE_BYTES };
  }

  whole(_from: Leg, message: Uint8Array): Verdict {
    const pdu = decodeDvcServerPdu(new Reader(message, 'DvcServerPdu'));
    if (pdu.kind !== 'create-request') return { forward: 'unchanged' };
    const use = dynamicChannelUse(pdu.channelName);
    if (use === null || this.#channels.has(use)) return { forward: 'unchanged' };
    const { cbId, channelId } = pdu;
    const answer = encodeDvcCreateResponse({ cbId, sp: 0, channelId, creationStatus: CREATION_STATUS_NOT_FOUND });
    const data = { name: eventName(pdu.channelName), withheld: true };
    return { forward: null, answer, events: [{ kind: 'channel', data }] };
  }

  close(): readonly [] {
    return [];
  }
}
