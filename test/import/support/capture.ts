/** Capturing loopback traffic of one TCP port into a file. */
import { statSync } from 'node:fs';
import type { Lab } from '../../peers/lab.js';

export interface Capture {
  readonly file: string;
  /** Ends the capture; everything of before is in the file. */
  stop(): Promise<void>;
}

/** What is still in the kernel's buffer when a connection has ended reaches the file within this time. */
const FLUSH_MS = 1500;

export async function startCapture(lab: Lab, port: number): Promise<Capture> {
  const file = `${lab.scratch('capture')}/session.pcapng`;
  const process = await lab.start({
    name: 'tshark',
    command: 'tshark',
    args: ['-i', 'lo', '-q', '-B', '32', '-f', `tcp port ${port}`, '-w', file],
    env: { HOME: lab.scratch('tshark') },
  });
  await process.ready('the capture', () => process.log().includes('Capture started') || undefined);
  return {
    file,
    stop: async () => {
      for (let size = -1; size !== statSync(file).size;) {
        size = statSync(file).size;
        await new Promise((resolve) => setTimeout(resolve, FLUSH_MS));
      }
      await process.stop();
    },
  };
}
