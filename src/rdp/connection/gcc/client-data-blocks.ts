/** The client's GCC user data, [MS-RDPBCGR] 2.2.1.3: blocks in the order in which they were sent. */
import type { Reader } from '../../wire/reader.js';
import { Writer } from '../../wire/writer.js';
import { OptionalReader, OptionalWriter } from '../optional-fields.js';
import { decodeClientCoreData, writeClientCoreData, type ClientCoreData } from './client-core-data.js';
import {
  decodeClientMonitorData,
  decodeClientMonitorExtendedData,
  writeClientMonitorData,
  writeClientMonitorExtendedData,
  type ClientMonitorData,
  type ClientMonitorExtendedData,
} from './client-monitor-data.js';
import { decodeClientNetworkData, writeClientNetworkData, type ClientNetworkData } from './client-network-data.js';
import { encodeBlock, readBlocks, withTrailing, type Extensible, type UnknownBlock } from './user-data-block.js';

/** Block types. */
export const CS_CORE = 0xc001;
export const CS_SECURITY = 0xc002;
export const CS_NET = 0xc003;
export const CS_CLUSTER = 0xc004;
export const CS_MONITOR = 0xc005;
export const CS_MCS_MSGCHANNEL = 0xc006;
export const CS_MONITOR_EX = 0xc008;
export const CS_MULTITRANSPORT = 0xc00a;

/** `ClientClusterData.flags`. */
export const REDIRECTION_SUPPORTED = 0x01;
export const REDIRECTED_SESSIONID_FIELD_VALID = 0x02;
export const SERVER_SESSION_REDIRECTION_VERSION_MASK = 0x3c;
export const REDIRECTED_SMARTCARD = 0x40;

/** Client Security Data, 2.2.1.3.3. The last field is missing from some clients. */
export interface ClientSecurityData {
  readonly encryptionMethods: number;
  readonly extEncryptionMethods: number | null;
}

/** Client Cluster Data, 2.2.1.3.5. */
export interface ClientClusterData {
  readonly flags: number;
  readonly redirectedSessionId: number;
}

/** Client Message Channel Data, 2.2.1.3.7, and Client Multitransport Channel Data, 2.2.1.3.8. */
export interface FlagsData {
  readonly flags: number;
}

export type ClientDataBlock =
  | ({ readonly kind: 'core' } & ClientCoreData & Extensible)
  | ({ readonly kind: 'security' } & ClientSecurityData & Extensible)
  | ({ readonly kind: 'network' } & ClientNetworkData & Extensible)
  | ({ readonly kind: 'cluster' } & ClientClusterData & Extensible)
  | ({ readonly kind: 'monitor' } & ClientMonitorData & Extensible)
  | ({ readonly kind: 'monitor-extended' } & ClientMonitorExtendedData & Extensible)
  | ({ readonly kind: 'message-channel' } & FlagsData & Extensible)
  | ({ readonly kind: 'multitransport' } & FlagsData & Extensible)
  | UnknownBlock;

/** The block of one kind, if it was sent. */
export function findClientBlock<Kind extends ClientDataBlock['kind']>(
  blocks: readonly ClientDataBlock[],
  kind: Kind,
): Extract<ClientDataBlock, { kind: Kind }> | undefined {
  return blocks.find((block): block is Extract<ClientDataBlock, { kind: Kind }> => block.kind === kind);
}

function decodeBlock(type: number, body: Reader): ClientDataBlock {
  switch (type) {
    case CS_CORE:
      return withTrailing({ kind: 'core', ...decodeClientCoreData(body) }, body);
    case CS_SECURITY: {
      const encryptionMethods = body.u32();
      const extEncryptionMethods = new OptionalReader(body).u32();
      return withTrailing({ kind: 'security', encryptionMethods, extEncryptionMethods }, body);
    }
    case CS_NET:
      return withTrailing({ kind: 'network', ...decodeClientNetworkData(body) }, body);
    case CS_CLUSTER:
      return withTrailing({ kind: 'cluster', flags: body.u32(), redirectedSessionId: body.u32() }, body);
    case CS_MONITOR:
      return withTrailing({ kind: 'monitor', ...decodeClientMonitorData(body) }, body);
    case CS_MONITOR_EX:
      return withTrailing({ kind: 'monitor-extended', ...decodeClientMonitorExtendedData(body) }, body);
    case CS_MCS_MSGCHANNEL:
      return withTrailing({ kind: 'message-channel', flags: body.u32() }, body);
    case CS_MULTITRANSPORT:
      return withTrailing({ kind: 'multitransport', flags: body.u32() }, body);
    default:
      return { kind: 'unknown', type, data: body.rest() };
  }
}

/** Decodes blocks to the end of `reader`. A block that comes twice is "invalid". */
export function decodeClientDataBlocks(reader: Reader): ClientDataBlock[] {
  return readBlocks(reader, decodeBlock);
}

/** Writes a block's body and returns its type. */
function writeBody(body: Writer, block: ClientDataBlock): number {
  switch (block.kind) {
    case 'core':
      writeClientCoreData(body, block);
      return CS_CORE;
    case 'security':
      body.u32(block.encryptionMethods);
      new OptionalWriter(body, 'TS_UD_CS_SEC').u32(block.extEncryptionMethods);
      return CS_SECURITY;
    case 'network':
      writeClientNetworkData(body, block);
      return CS_NET;
    case 'cluster':
      body.u32(block.flags).u32(block.redirectedSessionId);
      return CS_CLUSTER;
    case 'monitor':
      writeClientMonitorData(body, block);
      return CS_MONITOR;
    case 'monitor-extended':
      writeClientMonitorExtendedData(body, block);
      return CS_MONITOR_EX;
    case 'message-channel':
      body.u32(block.flags);
      return CS_MCS_MSGCHANNEL;
    case 'multitransport':
      body.u32(block.flags);
      return CS_MULTITRANSPORT;
    default:
      body.bytes(block.data);
      return block.type;
  }
}

export function encodeClientDataBlocks(blocks: readonly ClientDataBlock[]): Uint8Array {
  const writer = new Writer();
  for (const block of blocks) {
    const body = new Writer();
    const type = writeBody(body, block);
    if (block.kind !== 'unknown' && block.trailing !== undefined) body.bytes(block.trailing);
    writer.bytes(encodeBlock(type, body.finish()));
  }
  return writer.finish();
}
