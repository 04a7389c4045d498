/** The server's GCC user data, [MS-RDPBCGR] 2.2.1.4: blocks in the order in which they were sent. */
import type { Reader } from '../../wire/reader.js';
import { Writer } from '../../wire/writer.js';
import { OptionalReader, OptionalWriter } from '../optional-fields.js';
import { decodeServerNetworkData, writeServerNetworkData, type ServerNetworkData } from './server-network-data.js';
import { decodeServerSecurityData, writeServerSecurityData, type ServerSecurityData } from './server-security-data.js';
import { encodeBlock, readBlocks, withTrailing, type Extensible, type UnknownBlock } from './user-data-block.js';

/** Block types. */
export const SC_CORE = 0x0c01;
export const SC_SECURITY = 0x0c02;
export const SC_NET = 0x0c03;
export const SC_MCS_MSGCHANNEL = 0x0c04;
export const SC_MULTITRANSPORT = 0x0c08;

/** `ServerCoreData.earlyCapabilityFlags`. */
export const RNS_UD_SC_EDGE_ACTIONS_SUPPORTED_V1 = 0x01;
export const RNS_UD_SC_DYNAMIC_DST_SUPPORTED = 0x02;
export const RNS_UD_SC_EDGE_ACTIONS_SUPPORTED_V2 = 0x04;
export const RNS_UD_SC_SKIP_CHANNELJOIN_SUPPORTED = 0x08;

/** Server Core Data, 2.2.1.4.2. Null is a field that was not sent. */
export interface ServerCoreData {
  readonly version: number;
  /** What the client requested in the negotiation of this leg: PROTOCOL_*. */
  readonly clientRequestedProtocols: number | null;
  /** RNS_UD_SC_*. */
  readonly earlyCapabilityFlags: number | null;
}

/** Server Message Channel Data, 2.2.1.4.5. */
export interface ServerMessageChannelData {
  /** 0: there is no message channel. */
  readonly mcsChannelId: number;
}

/** Server Multitransport Channel Data, 2.2.1.4.6. */
export interface ServerMultitransportData {
  readonly flags: number;
}

export type ServerDataBlock =
  | ({ readonly kind: 'core' } & ServerCoreData & Extensible)
  | ({ readonly kind: 'security' } & ServerSecurityData & Extensible)
  | ({ readonly kind: 'network' } & ServerNetworkData & Extensible)
  | ({ readonly kind: 'message-channel' } & ServerMessageChannelData & Extensible)
  | ({ readonly kind: 'multitransport' } & ServerMultitransportData & Extensible)
  | UnknownBlock;

/** The block of one kind, if it was sent. */
export function findServerBlock<Kind extends ServerDataBlock['kind']>(
  blocks: readonly ServerDataBlock[],
  kind: Kind,
): Extract<ServerDataBlock, { kind: Kind }> | undefined {
  return blocks.find((block): block is Extract<ServerDataBlock, { kind: Kind }> => block.kind === kind);
}

function decodeCore(body: Reader): ServerCoreData {
  const optional = new OptionalReader(body);
  return { version: body.u32(), clientRequestedProtocols: optional.u32(), earlyCapabilityFlags: optional.u32() };
}

function decodeBlock(type: number, body: Reader): ServerDataBlock {
  switch (type) {
    case SC_CORE:
      return withTrailing({ kind: 'core', ...decodeCore(body) }, body);
    case SC_SECURITY:
      return withTrailing({ kind: 'security', ...decodeServerSecurityData(body) }, body);
    case SC_NET:
      return withTrailing({ kind: 'network', ...decodeServerNetworkData(body) }, body);
    case SC_MCS_MSGCHANNEL:
      return withTrailing({ kind: 'message-channel', mcsChannelId: body.u16() }, body);
    case SC_MULTITRANSPORT:
      return withTrailing({ kind: 'multitransport', flags: body.u32() }, body);
    default:
      return { kind: 'unknown', type, data: body.rest() };
  }
}

/** Decodes blocks to the end of `reader`. A block that comes twice is "invalid". */
export function decodeServerDataBlocks(reader: Reader): ServerDataBlock[] {
  return readBlocks(reader, decodeBlock);
}

/** Writes a block's body and returns its type. */
function writeBody(body: Writer, block: ServerDataBlock): number {
  switch (block.kind) {
    case 'core':
      body.u32(block.version);
      new OptionalWriter(body, 'TS_UD_SC_CORE').u32(block.clientRequestedProtocols).u32(block.earlyCapabilityFlags);
      return SC_CORE;
    case 'security':
      writeServerSecurityData(body, block);
      return SC_SECURITY;
    case 'network':
      writeServerNetworkData(body, block);
      return SC_NET;
    case 'message-channel':
      body.u16(block.mcsChannelId);
      return SC_MCS_MSGCHANNEL;
    case 'multitransport':
      body.u32(block.flags);
      return SC_MULTITRANSPORT;
    default:
      body.bytes(block.data);
      return block.type;
  }
}

export function encodeServerDataBlocks(blocks: readonly ServerDataBlock[]): Uint8Array {
  const writer = new Writer();
  for (const block of blocks) {
    const body = new Writer();
    const type = writeBody(body, block);
    if (block.kind !== 'unknown' && block.trailing !== undefined) body.bytes(block.trailing);
    writer.bytes(encodeBlock(type, body.finish()));
  }
  return writer.finish();
}
