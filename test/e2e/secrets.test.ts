/** That the search which every gateway's leavings go through after its tests does find what is there. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { runScriptedClient } from '../../src/demo/scripted-client.js';
import { DEMO_TARGET_NAME } from '../../src/gateway/composition/demo-target.js';
import { useLab } from '../peers/lab.js';
import { type GatewayProcess, startGatewayProcess } from './support/gateway-process.js';
import { secretsIn, secretsInData } from './support/secrets.js';

const SECRET = 'Tr0ub4dor&3 correct';
const PLANTED = new Map([[SECRET, 'planted']]);

describe('the search for secrets', () => {
  const lab = useLab();
  let gateway: GatewayProcess;

  beforeAll(async () => {
    gateway = await startGatewayProcess(lab, { settings: { WITNESS_DEMO_TARGET: 'on' } });
  });

  it.each([
    ['plain', Buffer.from(SECRET)],
    ['UTF-16', Buffer.from(SECRET, 'utf16le')],
    ['base64', Buffer.from(Buffer.from(SECRET).toString('base64'))],
    ['hexadecimal', Buffer.from(Buffer.from(SECRET).toString('hex'))],
    ['percent-encoded', Buffer.from(encodeURIComponent(SECRET))],
  ])('finds a secret that is %s among other bytes, and names it without saying it', (_spelling, bytes) => {
    const haystack = Buffer.concat([Buffer.alloc(7, 0x20), bytes, Buffer.alloc(9, 0x7f)]);
    expect(secretsIn(haystack, PLANTED)).toEqual(['planted']);
    expect(secretsIn(haystack.subarray(0, 8), PLANTED)).toEqual([]);
  });

  it('looks into every file of a data folder, its audit rows and blobs, and into what its traces hold', async () => {
    const { api, rdpPort: port, dataDir } = gateway;
    const target = (await api.targets()).find(({ name }) => name === DEMO_TARGET_NAME);
    if (target === undefined) throw new Error('no demo target');
    const created = await api.requestSession(target, { clientSecurity: 'nla' });
    const { sessionId, routingToken, oneTime } = created;
    const script = [{ type: 'wait', durationMs: 500 } as const];
    const size = { width: 640, height: 480 };
    await runScriptedClient({ host: '127.0.0.1', port, routingToken, oneTime, size, colorDepth: 32, script }).done;
    await api.waitForSession(sessionId, 'a finished recording', ({ recording }) => recording === 'finished');
    await writeFile(path.join(dataDir, 'left-behind.txt'), `password=${SECRET}`);
    // The user's name is no secret, and is where secrets could be.
    const found = await secretsInData(dataDir, new Map([...PLANTED, ['administrator', 'user name']]));
    expect(found).toContain('left-behind.txt: planted');
    expect(found).toContain(`trace of ${sessionId}: user name`);
    expect(found.filter((one) => /^witness\.db.*: user name/.test(one))).not.toEqual([]);
    expect(found.filter((one) => /^(?!witness\.db|trace of).*: user name/.test(one))).not.toEqual([]);
    expect(found.filter((one) => one.endsWith(': planted'))).toHaveLength(1);
  });
});
