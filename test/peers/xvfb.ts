/** An X server without a screen: the monitor of a client, or the desktop that freerdp-shadow shares. */
import type { Display, Lab } from './lab.js';
import type { PeerProcess } from './peer-process.js';

export interface XvfbOptions {
  readonly width?: number;
  readonly height?: number;
  /** Bits a pixel of the root window: 16 or 24. */
  readonly depth?: 16 | 24;
}

export interface Xvfb extends Display {
  readonly process: PeerProcess;
}

export async function startXvfb(lab: Lab, { width = 1024, height = 768, depth = 24 }: XvfbOptions = {}): Promise<Xvfb> {
  const process = await lab.start({
    name: 'Xvfb',
    command: 'Xvfb',
    // The server itself takes a display number that is free: two labs cannot take the same one.
    args: ['-displayfd', '3', '-screen', '0', `${width}x${height}x${depth}`, '-nolisten', 'tcp', '-noreset'],
    env: { HOME: lab.scratch('xvfb') },
  });
  return { name: `:${await process.reported()}`, process };
}
