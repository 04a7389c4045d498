/** What a client asks for in its GCC user data, [MS-RDPBCGR] 2.2.1.3, as a server needs it. */
import {
  RNS_UD_CS_SUPPORT_ERRINFO_PDU,
  RNS_UD_CS_SUPPORT_SKIP_CHANNELJOIN,
  RNS_UD_CS_WANT_32BPP_SESSION,
  type ClientCoreData,
} from '../connection/gcc/client-core-data.js';
import { findClientBlock, type ClientDataBlock } from '../connection/gcc/client-data-blocks.js';
import type { ChannelDefinition } from '../connection/gcc/client-network-data.js';
import { DecodeError } from '../wire/errors.js';

/** Bits a pixel of a session. */
export type SessionColorDepth = 8 | 15 | 16 | 24 | 32;

export interface ClientSettings {
  readonly desktopWidth: number;
  readonly desktopHeight: number;
  readonly colorDepth: SessionColorDepth;
  /** The static virtual channels that it wants, in the order of their ids. */
  readonly channels: readonly ChannelDefinition[];
  readonly supportsErrorInfo: boolean;
  readonly supportsSkipChannelJoin: boolean;
}

/** `supportedColorDepths`. */
const RNS_UD_32BPP_SUPPORT = 0x0008;

/** Values of `postBeta2ColorDepth` and `colorDepth`. */
const RNS_UD_COLOR_16BPP_555 = 0xca02;
const RNS_UD_COLOR_16BPP_565 = 0xca03;
const RNS_UD_COLOR_24BPP = 0xca04;

function oldColorDepth(value: number): SessionColorDepth {
  if (value === RNS_UD_COLOR_16BPP_555) return 15;
  if (value === RNS_UD_COLOR_16BPP_565) return 16;
  return value === RNS_UD_COLOR_24BPP ? 24 : 8;
}

function isColorDepth(value: number): value is SessionColorDepth {
  return value === 8 || value === 15 || value === 16 || value === 24;
}

/** The depth that the last of the fields says that a client has sent: each of them was added for more colours. */
function colorDepth(core: ClientCoreData): SessionColorDepth {
  const wants32 = ((core.earlyCapabilityFlags ?? 0) & RNS_UD_CS_WANT_32BPP_SESSION) !== 0;
  if (wants32 && ((core.supportedColorDepths ?? 0) & RNS_UD_32BPP_SUPPORT) !== 0) return 32;
  if (core.highColorDepth !== null && isColorDepth(core.highColorDepth)) return core.highColorDepth;
  return oldColorDepth(core.postBeta2ColorDepth ?? core.colorDepth);
}

/** Throws DecodeError when the core data are missing. */
export function readClientSettings(blocks: readonly ClientDataBlock[]): ClientSettings {
  const core = findClientBlock(blocks, 'core');
  if (core === undefined) throw new DecodeError('invalid', 'clientData', 0, 'no core data');
  const early = core.earlyCapabilityFlags ?? 0;
  return {
    desktopWidth: core.desktopWidth,
    desktopHeight: core.desktopHeight,
    colorDepth: colorDepth(core),
    channels: findClientBlock(blocks, 'network')?.channels ?? [],
    supportsErrorInfo: (early & RNS_UD_CS_SUPPORT_ERRINFO_PDU) !== 0,
    supportsSkipChannelJoin: (early & RNS_UD_CS_SUPPORT_SKIP_CHANNELJOIN) !== 0,
  };
}
