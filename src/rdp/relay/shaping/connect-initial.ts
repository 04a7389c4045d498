/** Shapes the client's GCC data, [MS-RDPBCGR] 2.2.1.3, for the target. */
import {
  type ClientDataBlock,
  REDIRECTED_SESSIONID_FIELD_VALID,
  REDIRECTION_SUPPORTED,
} from '../../connection/gcc/client-data-blocks.js';
import {
  RNS_UD_CS_RELATIVE_MOUSE_INPUT,
  RNS_UD_CS_SUPPORT_DYNVC_GFX_PROTOCOL,
  type ClientCoreData,
} from '../../connection/gcc/client-core-data.js';
import {
  CHANNEL_OPTION_COMPRESS,
  CHANNEL_OPTION_COMPRESS_RDP,
  type ChannelDefinition,
} from '../../connection/gcc/client-network-data.js';
import {
  decodeConferenceCreateRequest,
  encodeConferenceCreateRequest,
} from '../../connection/gcc/conference-create-request.js';
import { decodeConnectInitial, encodeConnectInitial } from '../../connection/mcs/connect-initial.js';
import { Reader } from '../../wire/reader.js';

/** What the shaping of one session rests on. */
export interface ShapingPolicy {
  readonly recorded: boolean;
  /** What the target selected in the negotiation of its own leg. */
  readonly targetSelectedProtocol: number;
  /** What the client requested in the negotiation of its own leg. */
  readonly clientRequestedProtocols: number;
  /** Names of static channels that may be used, in lower case; all others keep their slot under a dummy name. */
  readonly allowedChannels: ReadonlySet<string>;
}

/** Static channels that carry no pixels; a recorded session may use these and no others. */
export const CHANNELS_WITHOUT_PIXELS: ReadonlySet<string> = new Set(['cliprdr', 'rdpdr', 'rdpsnd', 'snddbg', 'wtsapi']);

export interface ShapedConnectInitial {
  readonly mcsPdu: Uint8Array;
  /** Channels as the client named them, in the order of their ids. */
  readonly channels: readonly { readonly name: string; readonly withheld: boolean }[];
}

/** The graphics pipeline is not decoded, and relative movements do not say where the pointer is. */
const UNRECORDABLE = RNS_UD_CS_SUPPORT_DYNVC_GFX_PROTOCOL | RNS_UD_CS_RELATIVE_MOUSE_INPUT;

/** Each leg has its own security protocol: the target is told of its own; 2.2.1.3.2. */
function shapeCore<Core extends ClientCoreData>(core: Core, policy: ShapingPolicy): Core {
  const flags = core.earlyCapabilityFlags;
  const earlyCapabilityFlags = flags !== null && policy.recorded ? flags & ~UNRECORDABLE : flags;
  const serverSelectedProtocol = core.serverSelectedProtocol === null ? null : policy.targetSelectedProtocol;
  return { ...core, earlyCapabilityFlags, serverSelectedProtocol };
}

/** A withheld channel keeps its place, because ids go by position; its name tells the target nothing; 2.2.1.3.4. */
function shapeChannel(channel: ChannelDefinition, index: number, policy: ShapingPolicy): ChannelDefinition {
  const options = channel.options & ~(CHANNEL_OPTION_COMPRESS | CHANNEL_OPTION_COMPRESS_RDP);
  // The options are a 32-bit mask; the shift makes the result of & unsigned again.
  const unsigned = policy.recorded ? options >>> 0 : channel.options;
  return isWithheld(channel.name, policy)
    ? { name: `none${index}`, options: unsigned }
    : { name: channel.name, options: unsigned };
}

function isWithheld(name: string, policy: ShapingPolicy): boolean {
  return policy.recorded && !policy.allowedChannels.has(name.toLowerCase());
}

/** UDP does not pass through the gateway, and a redirected session would leave it; 2.2.1.3.5 and 2.2.1.3.8. */
function shapeBlock(block: ClientDataBlock, policy: ShapingPolicy): ClientDataBlock[] {
  switch (block.kind) {
    case 'core':
      return [shapeCore(block, policy)];
    case 'network':
      return [{ ...block, channels: block.channels.map((channel, index) => shapeChannel(channel, index, policy)) }];
    case 'cluster': {
      const valid = (block.flags & REDIRECTED_SESSIONID_FIELD_VALID) !== 0;
      return [{ ...block, flags: valid ? block.flags : block.flags & ~REDIRECTION_SUPPORTED }];
    }
    case 'multitransport':
      return [];
    case 'unknown':
      return policy.recorded ? [] : [block];
    default:
      return [block];
  }
}

/** Edits an MCS Connect-Initial; throws DecodeError when it is malformed. */
export function shapeConnectInitial(reader: Reader, policy: ShapingPolicy): ShapedConnectInitial {
  const initial = decodeConnectInitial(reader);
  const { clientData } = decodeConferenceCreateRequest(new Reader(initial.userData, 'conferenceCreateRequest'));
  const network = clientData.find((block) => block.kind === 'network');
  const names = network?.kind === 'network' ? network.channels.map((channel) => channel.name) : [];
  const shaped = clientData.flatMap((block) => shapeBlock(block, policy));
  const userData = encodeConferenceCreateRequest({ clientData: shaped });
  return {
    mcsPdu: encodeConnectInitial({ ...initial, userData }),
    channels: names.map((name) => ({ name, withheld: isWithheld(name, policy) })),
  };
}
