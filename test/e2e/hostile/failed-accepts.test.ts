/** What happens to a gateway that cannot accept a connection, because there is no file descriptor left for example. */
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { useLab } from '../../peers/lab.js';
import { waitFor } from '../../peers/wait.js';
import { startGatewayProcess } from '../support/gateway-process.js';
import { talk } from './raw-connection.js';

const FAIL_ACCEPTS = fileURLToPath(new URL('fail-accepts.mjs', import.meta.url));
const lab = useLab();

it('a connection that cannot be accepted ends neither the gateway nor a listener', async () => {
  const gateway = await startGatewayProcess(lab, {
    settings: { NODE_OPTIONS: `--import=${FAIL_ACCEPTS}`, WITNESS_DEMO_TARGET: 'on' },
  });
  process.kill(gateway.process.pid, 'SIGUSR2');
  // RDP, HTTPS, and the demo desktop.
  await waitFor('the failures', () => gateway.process.log().includes('3 listeners failed to accept') || undefined);
  await talk(gateway.rdpPort, Buffer.from('GET / HTTP/1.1\r\n\r\n'));
  const rows = await gateway.api.audit();
  expect(rows.filter(({ kind }) => kind === 'connection.refused').map(({ data }) => data['reason'])).toEqual([
    'not-rdp',
  ]);
  for (const listener of ['rdp', 'https']) expect(gateway.process.log()).toMatch(new RegExp(`"${listener}".*EMFILE`));
  await gateway.process.stop();
});
