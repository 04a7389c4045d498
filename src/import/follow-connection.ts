/** What both sides of one connection sent inside TLS, with the capture's times. */
import type { CapturedConnection } from './find-connections.js';
import { ImportError } from './import-error.js';
import { runTshark } from './tshark.js';

export interface DecryptedBytes {
  readonly from: 'client' | 'server';
  /** Milliseconds since 1970. */
  readonly timeMs: number;
  readonly bytes: Uint8Array;
}

export interface FollowOptions {
  readonly file: string;
  /** NSS key log with the TLS secrets; null when they are in the capture. */
  readonly keylog: string | null;
}

export interface Followed {
  /** Bytes that were decrypted. */
  readonly bytes: number;
  /** When the last packet of the connection was captured, be there data in it or not. */
  readonly lastPacketMs: number;
  /** What the server sent, on TCP, after the last of its bytes that could be decrypted. */
  readonly undecryptedBytes: number;
  /** True when the file ends within a packet. */
  readonly cutShort: boolean;
}

/** A TLS record is at most 16 KiB. tshark may put some of them together; of a run without end something is wrong. */
const MAX_RECORD_CHARACTERS = 64 * 1024 * 1024;

/**
 * Calls `onBytes` for each decrypted record, in the capture's order.
 * @throws ImportError as `runTshark`.
 */
export async function followConnection(
  { file, keylog }: FollowOptions,
  connection: CapturedConnection,
  onBytes: (decrypted: DecryptedBytes) => Promise<void> | void,
): Promise<Followed> {
  const parser = new FollowParser(connection, onBytes);
  const { cutShort } = await runTshark(followArguments(file, keylog, connection), (line) => parser.line(line));
  await parser.end();
  return { ...parser.result(), cutShort };
}

function followArguments(file: string, keylog: string | null, { stream, server }: CapturedConnection): string[] {
  return [
    '-n',
    ['-r', file],
    ['-d', `tcp.port==${server.port},tls`],
    ['-o', 'tcp.reassemble_out_of_order:TRUE'],
    keylog === null ? [] : ['-o', `tls.keylog_file:${keylog}`],
    ['-Y', `tcp.stream==${stream}`],
    ['-T', 'fields', '-e', 'frame.time_epoch', '-e', 'tcp.srcport', '-e', 'tcp.len'],
    ['-z', `follow,tls,yaml,${stream}`],
  ].flat();
}

/** A packet of the server: when, and how much. */
interface ServerPacket {
  readonly timeMs: number;
  readonly bytes: number;
}

/**
 * Reads what tshark prints: a line for each packet, then the list of peers and, under "packets:", one entry for each
 * decrypted record with the number of its peer, its time and its bytes in base64.
 */
class FollowParser {
  readonly #connection: CapturedConnection;
  readonly #onBytes: (decrypted: DecryptedBytes) => Promise<void> | void;
  readonly #packets: ServerPacket[] = [];
  #lastPacketMs = 0;
  #lastServerMs = 0;
  #bytes = 0;
  /** Number of the peer that is described, and the number of the client. */
  #peer: number | null = null;
  #clientPeer: number | null = null;
  #records = false;
  #record: { peer: number; timeMs: number; base64: string } | null = null;

  constructor(connection: CapturedConnection, onBytes: (decrypted: DecryptedBytes) => Promise<void> | void) {
    this.#connection = connection;
    this.#onBytes = onBytes;
  }

  line(line: string): Promise<void> | void {
    if (line === 'packets:') {
      this.#records = true;
      return;
    }
    return this.#records ? this.#recordLine(line) : this.#headLine(line);
  }

  end(): Promise<void> | void {
    if (!this.#records)
      throw new ImportError('tshark-failed', 'this tshark is too old: version 4.0 or later is needed');
    return this.#flush();
  }

  result(): Omit<Followed, 'cutShort'> {
    const late = this.#packets.filter(({ timeMs }) => timeMs > this.#lastServerMs);
    const undecryptedBytes = late.reduce((sum, { bytes }) => sum + bytes, 0);
    return { bytes: this.#bytes, lastPacketMs: this.#lastPacketMs, undecryptedBytes };
  }

  #headLine(line: string): void {
    const packet = /^(\d+\.\d+)\t(\d+)\t(\d+)$/.exec(line);
    if (packet !== null) {
      const timeMs = milliseconds(packet[1]);
      this.#lastPacketMs = Math.max(this.#lastPacketMs, timeMs);
      const fromServer = Number(packet[2]) === this.#connection.server.port;
      const bytes = Number(packet[3]);
      if (fromServer && bytes > 0) this.#packets.push({ timeMs, bytes });
      return;
    }
    const [, key, value] = /^ {2}[- ] (peer|port): (\d+)$/.exec(line) ?? [];
    if (key === 'peer') this.#peer = Number(value);
    // Only the peer that spoke first is described with its port.
    if (key === 'port' && this.#clientPeer === null && Number(value) !== 0) {
      const isClient = Number(value) === this.#connection.client.port;
      this.#clientPeer = isClient ? this.#peer : 1 - (this.#peer ?? 0);
    }
  }

  #recordLine(line: string): Promise<void> | void {
    if (line.startsWith('      ')) {
      if (this.#record === null) return;
      this.#record.base64 += line.trim();
      if (this.#record.base64.length > MAX_RECORD_CHARACTERS) {
        throw new ImportError('tshark-failed', 'tshark printed a record without end');
      }
      return;
    }
    if (line.startsWith('  - packet:')) {
      const written = this.#flush();
      this.#record = { peer: -1, timeMs: 0, base64: '' };
      return written;
    }
    const [, key, value] = /^ {4}(peer|timestamp): ([\d.]+)$/.exec(line) ?? [];
    if (this.#record === null || key === undefined) return;
    if (key === 'peer') this.#record.peer = Number(value);
    else this.#record.timeMs = milliseconds(value);
  }

  #flush(): Promise<void> | void {
    const record = this.#record;
    this.#record = null;
    if (record === null || record.base64 === '') return;
    const from = record.peer === this.#clientPeer ? 'client' : 'server';
    const bytes = Buffer.from(record.base64, 'base64');
    this.#bytes += bytes.length;
    if (from === 'server') this.#lastServerMs = record.timeMs;
    return this.#onBytes({ from, timeMs: record.timeMs, bytes });
  }
}

/** Of seconds with a fraction. tshark prints one time in two ways that differ behind the microseconds. */
function milliseconds(seconds: string | undefined): number {
  return Math.floor(Math.round(Number(seconds) * 1e6) / 1000);
}
