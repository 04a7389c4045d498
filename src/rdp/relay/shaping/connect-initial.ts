/** Shapes the client's GCC data, [MS-RDPBCGR] 2.2.1.3, for the target. */
import type { ChannelPolicy } from '../../../contract/channel-policy.js';
import {
  type ClientDataBlock,
  REDIRECTED_SESSIONID_FIELD_VALID,
  REDIRECTION_SUPPORTED,
} from '../../connection/gcc/client-data-blocks.js';
import {
  RNS_UD_CS_RELATIVE_MOUSE_INPUT,
  RNS_UD_CS_SUPPORT_DYNVC_GFX_PROTOCOL,
  RNS_UD_CS_WANT_32BPP_SESSION,
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
import type { ClientInfoCredential } from './client-info.js';
import type { CreateContentHash } from '../static/content-hash.js';
import { GFX_OFFER, type GfxOffer } from './graphics-pipeline.js';
import { isDynamicChannels, isStaticChannelAllowed } from './static-channels.js';

const HIGH_COLOR_24BPP = 24;
const RNS_UD_32BPP_SUPPORT = 0x0008;
/** With this one came what clients of today say of themselves. */
const WINDOWS_XP_BUILD = 2600;

/** What the shaping of one session rests on. */
export interface ShapingPolicy {
  readonly recorded: boolean;
  /** What the target selected in the negotiation of its own leg. */
  readonly targetSelectedProtocol: number;
  /** What the client requested in the negotiation of its own leg. */
  readonly clientRequestedProtocols: number;
  /** True for the client in a browser, which does not say all that it can do; absent: for no other. */
  readonly browser?: boolean;
  /** What Client Info is to say in the place of what the client says; absent or null: what the client says. */
  readonly clientInfo?: ClientInfoCredential | null;
  /** What channels may be used for; a channel without any use keeps its slot under a dummy name. */
  readonly channels: ChannelPolicy;
  /** SHA-256, for content that passes through clipboard and drives. */
  readonly createHash: CreateContentHash;
  /** Whether events hold the text itself that was copied; absent: no. */
  readonly keepsClipboardText?: boolean;
  /** Codecs of the graphics pipeline to offer; absent: what the capability table says. */
  readonly gfxOffer?: GfxOffer;
}

/** What of the graphics pipeline a session is offered. */
export function gfxOffer(policy: ShapingPolicy): GfxOffer {
  return policy.gfxOffer === undefined ? GFX_OFFER : policy.gfxOffer;
}

export interface ShapedConnectInitial {
  readonly mcsPdu: Uint8Array;
  /** Channels as the client named them, in the order of their ids. */
  readonly channels: readonly { readonly name: string; readonly withheld: boolean }[];
}

/** Relative movements do not say where the pointer is, and the graphics pipeline is offered when all of it is decoded. */
function unrecordable(policy: ShapingPolicy): number {
  return RNS_UD_CS_RELATIVE_MOUSE_INPUT | (gfxOffer(policy) === null ? RNS_UD_CS_SUPPORT_DYNVC_GFX_PROTOCOL : 0);
}

/** Each leg has its own security protocol: the target is told of its own; 2.2.1.3.2. */
function shapeCore<Core extends ClientCoreData>(core: Core, policy: ShapingPolicy): Core {
  const flags = core.earlyCapabilityFlags;
  const earlyCapabilityFlags = flags !== null && policy.recorded ? flags & ~unrecordable(policy) : flags;
  const serverSelectedProtocol = core.serverSelectedProtocol === null ? null : policy.targetSelectedProtocol;
  const shaped = { ...core, earlyCapabilityFlags, serverSelectedProtocol };
  return policy.browser === true ? withLateBuild(withAllColours(shaped)) : shaped;
}

/**
 * IronRDP 0.7 asks for 16 bits a pixel although it draws 32, and servers use RemoteFX with 24 and more only. Without it
 * they send bitmaps whose rows are padded, which it draws askew; 2.2.1.3.2.
 */
function withAllColours<Core extends ClientCoreData>(core: Core): Core {
  const { highColorDepth, supportedColorDepths, earlyCapabilityFlags } = core;
  if (highColorDepth === null || supportedColorDepths === null || earlyCapabilityFlags === null) return core;
  return {
    ...core,
    highColorDepth: HIGH_COLOR_24BPP,
    supportedColorDepths: supportedColorDepths | RNS_UD_32BPP_SUPPORT,
    earlyCapabilityFlags: earlyCapabilityFlags | RNS_UD_CS_WANT_32BPP_SESSION,
  };
}

/**
 * IronRDP 0.7 says its own version here. Servers such as xrdp take a build before that of Windows 2000 for a client whose desktop
 * cannot be resized: it asks for another size all the same, and they draw in it without a word; 2.2.1.3.2.
 */
function withLateBuild<Core extends ClientCoreData>(core: Core): Core {
  return { ...core, clientBuild: Math.max(core.clientBuild, WINDOWS_XP_BUILD) };
}

/** Messages are looked into, so they are not compressed. A withheld channel keeps its place, because ids go by position; its name tells the target nothing; 2.2.1.3.4. */
function shapeChannel(
  channel: ChannelDefinition,
  index: number,
  channels: readonly ChannelDefinition[],
  policy: ShapingPolicy,
): ChannelDefinition {
  // The options are a 32-bit mask; the shift makes the result of & unsigned again.
  const options = (channel.options & ~(CHANNEL_OPTION_COMPRESS | CHANNEL_OPTION_COMPRESS_RDP)) >>> 0;
  return { name: isWithheld(channels, index, policy) ? `none${index}` : channel.name, options };
}

/** Ids of dynamic channels mean something within their static channel only, so there is one of those. */
function isWithheld(channels: readonly { readonly name: string }[], index: number, policy: ShapingPolicy): boolean {
  const name = channels[index]?.name.toLowerCase() ?? '';
  if (!isDynamicChannels(name)) return !isStaticChannelAllowed(name, policy);
  return channels.findIndex((other) => isDynamicChannels(other.name)) !== index;
}

/** UDP does not pass through the gateway, and a redirected session would leave it; 2.2.1.3.5 and 2.2.1.3.8. */
function shapeBlock(block: ClientDataBlock, policy: ShapingPolicy): ClientDataBlock[] {
  switch (block.kind) {
    case 'core':
      return [shapeCore(block, policy)];
    case 'network':
      return [{ ...block, channels: block.channels.map((...at) => shapeChannel(...at, policy)) }];
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
  const channels = network?.kind === 'network' ? network.channels : [];
  const shaped = clientData.flatMap((block) => shapeBlock(block, policy));
  const userData = encodeConferenceCreateRequest({ clientData: shaped });
  return {
    mcsPdu: encodeConnectInitial({ ...initial, userData }),
    channels: channels.map(({ name }, index) => ({ name, withheld: isWithheld(channels, index, policy) })),
  };
}
