/** Shapes the target's GCC data, [MS-RDPBCGR] 2.2.1.4, for the client. */
import {
  decodeConferenceCreateResponse,
  encodeConferenceCreateResponse,
} from '../../connection/gcc/conference-create-response.js';
import type { ServerDataBlock } from '../../connection/gcc/server-data-blocks.js';
import { decodeConnectResponse, encodeConnectResponse } from '../../connection/mcs/connect-response.js';
import { Reader } from '../../wire/reader.js';
import type { ShapingPolicy } from './connect-initial.js';

export interface ShapedConnectResponse {
  readonly mcsPdu: Uint8Array;
  readonly ioChannelId: number;
  /** In the order of the client's channel definitions. */
  readonly channelIds: readonly number[];
  /** 0 when there is none. */
  readonly messageChannelId: number;
}

/** What of a session's policy the shaping of the response rests on. */
export type ResponsePolicy = Pick<ShapingPolicy, 'recorded' | 'clientRequestedProtocols'>;

/** The client is told what it requested itself, not what the gateway requested of the target; 2.2.1.4.2. */
function shapeBlock(block: ServerDataBlock, policy: ResponsePolicy): ServerDataBlock[] {
  switch (block.kind) {
    case 'core': {
      const sent = block.clientRequestedProtocols !== null;
      return [{ ...block, clientRequestedProtocols: sent ? policy.clientRequestedProtocols : null }];
    }
    case 'multitransport':
      return [];
    case 'unknown':
      return policy.recorded ? [] : [block];
    default:
      return [block];
  }
}

/**
 * Edits an MCS Connect-Response.
 * @throws DecodeError when it is malformed, has no network data or an id twice, or asks for RDP's own encryption inside TLS.
 */
export function shapeConnectResponse(reader: Reader, policy: ResponsePolicy): ShapedConnectResponse {
  const response = decodeConnectResponse(reader);
  const conference = decodeConferenceCreateResponse(new Reader(response.userData, 'conferenceCreateResponse'));
  const { serverData } = conference;
  const security = serverData.find((block) => block.kind === 'security');
  if (security?.kind === 'security' && security.encryptionMethod !== 0) {
    throw reader.error('unsupported', 'standard RDP encryption inside TLS');
  }
  const network = serverData.find((block) => block.kind === 'network');
  if (network?.kind !== 'network') throw reader.error('invalid', 'no server network data');
  const message = serverData.find((block) => block.kind === 'message-channel');
  const messageChannelId = message?.kind === 'message-channel' ? message.mcsChannelId : 0;
  const used = [network.mcsChannelId, messageChannelId, ...network.channelIds].filter((id) => id !== 0);
  // Of a channel with two meanings each peer would choose its own.
  if (new Set(used).size !== used.length) throw reader.error('invalid', 'a channel id twice');
  const shaped = serverData.flatMap((block) => shapeBlock(block, policy));
  const userData = encodeConferenceCreateResponse({ ...conference, serverData: shaped });
  return {
    mcsPdu: encodeConnectResponse({ ...response, userData }),
    ioChannelId: network.mcsChannelId,
    channelIds: network.channelIds,
    messageChannelId,
  };
}
