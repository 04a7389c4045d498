/** Which TCP sockets listen on this machine, from /proc/net: a look that does not connect to the peer. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

const STATE_LISTEN = '0A';
const LOOPBACK = ['0100007F', '00000000000000000000000001000000', '0000000000000000FFFF00000100007F'];

export interface ListeningSocket {
  readonly port: number;
  readonly isLoopback: boolean;
  readonly inode: string;
}

export function listeningSockets(): ListeningSocket[] {
  return ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((table) => {
    const rows = readIfThere(table).split('\n').slice(1);
    return rows.flatMap((row) => {
      const [, local, , state, , , , , , inode] = row.trim().split(/\s+/);
      const [address, port] = local?.split(':') ?? [];
      if (state !== STATE_LISTEN || address === undefined || port === undefined || inode === undefined) return [];
      return [{ port: Number.parseInt(port, 16), isLoopback: LOOPBACK.includes(address), inode }];
    });
  });
}

/** The listening sockets that these processes hold. */
export function socketsOf(pids: readonly number[]): ListeningSocket[] {
  const inodes = new Set(pids.flatMap((pid) => socketInodes(pid)));
  return listeningSockets().filter(({ inode }) => inodes.has(inode));
}

export function isListening(port: number): boolean {
  return listeningSockets().some((socket) => socket.port === port);
}

function socketInodes(pid: number): string[] {
  const folder = `/proc/${pid}/fd`;
  try {
    return readdirSync(folder).flatMap((fd) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`${folder}/${fd}`))?.slice(1) ?? [];
      } catch {
        return []; // closed meanwhile
      }
    });
  } catch {
    return []; // the process has ended
  }
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // a machine without IPv6 has no tcp6 table
  }
}
