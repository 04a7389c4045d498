/** Ports for programs that have to be told one. */
import { createServer, type AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { freePort } from './free-port.js';

/** Listens until the test is over. */
async function listen(port: number): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

it.runIf(process.platform === 'linux')(
  'a free port is none of the kernel’s, of another process or of a listener',
  async () => {
    const kernels = await listen(0);
    const [claimed, taken] = [await freePort(), await freePort()];
    await listen(taken);
    const free = await freePort();
    // Not a second time: that it was given away is what keeps others from it.
    const proposals = [kernels, claimed, taken, free, free + 1];
    const given = await freePort(() => proposals.shift() ?? 0);
    expect([kernels, claimed, taken, free]).not.toContain(given);
  },
);
