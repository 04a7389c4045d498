/** A capture file of one's own making: IPv4 and TCP, as little of them as a dissector needs. */

export interface Segment {
  readonly from: 'client' | 'server';
  readonly payload: Uint8Array;
}

export interface PcapOptions {
  readonly serverPort: number;
  readonly segments: readonly Segment[];
}

const CLIENT_PORT = 50_000;
/** LINKTYPE_RAW: packets begin with their IP header. */
const LINKTYPE_RAW = 101;
const STARTED_AT_S = 1_700_000_000;

/** One TCP connection, its packets a millisecond apart, each acknowledging the one before it. */
export function pcapOf({ serverPort, segments }: PcapOptions): Buffer {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2c3d4, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(262_144, 16);
  header.writeUInt32LE(LINKTYPE_RAW, 20);
  const next = { client: 1001, server: 2001 };
  const records = segments.map(({ from, payload }, index) => {
    const other = from === 'client' ? 'server' : 'client';
    const packet = packetOf(from, payload, serverPort, next[from], next[other]);
    next[from] += payload.length;
    const record = Buffer.alloc(16);
    record.writeUInt32LE(STARTED_AT_S, 0);
    record.writeUInt32LE(index * 1000, 4);
    record.writeUInt32LE(packet.length, 8);
    record.writeUInt32LE(packet.length, 12);
    return Buffer.concat([record, packet]);
  });
  return Buffer.concat([header, ...records]);
}

function packetOf(from: Segment['from'], payload: Uint8Array, serverPort: number, seq: number, ack: number): Buffer {
  const packet = Buffer.alloc(40 + payload.length);
  packet.writeUInt8(0x45, 0);
  packet.writeUInt16BE(packet.length, 2);
  packet.writeUInt8(64, 8);
  packet.writeUInt8(6, 9);
  packet.set(from === 'client' ? [10, 0, 0, 1, 10, 0, 0, 2] : [10, 0, 0, 2, 10, 0, 0, 1], 12);
  packet.writeUInt16BE(from === 'client' ? CLIENT_PORT : serverPort, 20);
  packet.writeUInt16BE(from === 'client' ? serverPort : CLIENT_PORT, 22);
  packet.writeUInt32BE(seq, 24);
  packet.writeUInt32BE(ack, 28);
  packet.writeUInt8(0x50, 32);
  packet.writeUInt8(0x18, 33);
  packet.writeUInt16BE(0xffff, 34);
  packet.set(payload, 40);
  return packet;
}
