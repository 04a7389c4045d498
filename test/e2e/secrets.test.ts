/** That the search which every gateway's leavings go through after its tests does find what is there. */
import { randomBytes } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { startDemoDesktop } from '../../src/demo/demo-desktop.js';
import { runScriptedClient } from '../../src/demo/scripted-client.js';
import { DEMO_TARGET_NAME } from '../../src/gateway/composition/demo-target.js';
import { ioFrame } from '../../src/rdp/server/server-pdus.js';
import { encodeSaveSessionInfo } from '../../src/rdp/session/save-session-info.js';
import { PduType2 } from '../../src/rdp/session/share-data.js';
import { startSpoilingRelay } from '../helpers/spoiling-relay.js';
import { useLab } from '../peers/lab.js';
import { shareData } from '../recorder/picture/records.js';
import { type GatewayProcess, startGatewayProcess } from './support/gateway-process.js';
import { rememberSecretBytes, secretsIn, secretsInData } from './support/secrets.js';

const SECRET = 'Tr0ub4dor&3 correct';
const PLANTED = new Map([[SECRET, 'planted']]);
const NONE = new Map<string, string>();
/** What a Server Auto-Reconnect Packet begins with. */
const PACKET = Buffer.from('1c000000010000000700', 'hex');

describe('the search for secrets', () => {
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

  it.each([
    ['as it is', (cookie: Buffer) => cookie],
    ['in hexadecimal', (cookie: Buffer) => Buffer.from(cookie.toString('hex'))],
    ['in base64', (cookie: Buffer) => Buffer.from(cookie.toString('base64'))],
    ['in base64 with its packet', (cookie: Buffer) => Buffer.from(Buffer.concat([PACKET, cookie]).toString('base64'))],
  ])('finds a reconnect cookie %s', (_spelling, spell) => {
    const cookie = randomBytes(16);
    const planted = new Map([[cookie.toString('hex'), 'cookie']]);
    const haystack = Buffer.concat([Buffer.alloc(7, 0x20), spell(cookie), Buffer.alloc(9, 0x20)]);
    expect(secretsIn(haystack, NONE, planted)).toEqual(['cookie']);
    expect(secretsIn(haystack.subarray(0, 20), NONE, planted)).toEqual([]);
  });
});

describe('the search of a gateway’s data folder', () => {
  const lab = useLab();
  let gateway: GatewayProcess;

  beforeEach(async () => {
    gateway = await startGatewayProcess(lab, { settings: { WITNESS_DEMO_TARGET: 'on' } });
  });

  it('looks for the reconnect cookie that a target has issued, which is in none of what the gateway keeps', async () => {
    const { api, rdpPort: port, dataDir } = gateway;
    const desktop = await startDemoDesktop({ host: '127.0.0.1', port: 0 });
    lab.onClose(() => desktop.close());
    const spoiling = await startSpoilingRelay(desktop.port);
    const target = await api.addTarget('issues-cookies', spoiling.port);
    const arcRandomBits = randomBytes(16);
    rememberSecretBytes('reconnect cookie', arcRandomBits);
    const cookie = { kind: 'extended', autoReconnectCookie: { version: 1, logonId: 7, arcRandomBits } } as const;
    const frame = ioFrame(shareData(PduType2.saveSessionInfo, encodeSaveSessionInfo(cookie)).payload);
    const { sessionId, routingToken, oneTime } = await api.requestSession(target, { clientSecurity: 'nla' });
    const issued: Uint8Array[] = [];
    await runScriptedClient({
      host: '127.0.0.1',
      port,
      routingToken,
      oneTime,
      size: { width: 640, height: 480 },
      colorDepth: 32,
      script: [{ type: 'wait', durationMs: 800 }],
      onOutput: (output) => {
        if (output.type === 'active') spoiling.inject(frame);
        if (output.type === 'share-data' && output.pduType2 === PduType2.saveSessionInfo) issued.push(output.payload);
      },
    }).done;
    // The client has it, so it went through the gateway.
    expect(issued.some((payload) => Buffer.from(payload).includes(arcRandomBits))).toBe(true);
    await api.waitForSession(sessionId, 'a finished recording', ({ recording }) => recording === 'finished');
    await gateway.process.stop();
    expect(await secretsInData(dataDir)).toEqual([]);
    await writeFile(path.join(dataDir, 'cookie.txt'), arcRandomBits.toString('hex'));
    expect(await secretsInData(dataDir)).toEqual(['cookie.txt: reconnect cookie']);
    await rm(path.join(dataDir, 'cookie.txt'));
  });

  it('looks into every file, its audit rows and blobs, and into what its traces hold', async () => {
    const { api, rdpPort: port, dataDir } = gateway;
    const target = (await api.targets()).find(({ name }) => name === DEMO_TARGET_NAME);
    if (target === undefined) throw new Error('no demo target');
    const created = await api.requestSession(target, { clientSecurity: 'nla' });
    const { sessionId, routingToken, oneTime } = created;
    const script = [{ type: 'wait', durationMs: 500 } as const];
    const size = { width: 640, height: 480 };
    await runScriptedClient({ host: '127.0.0.1', port, routingToken, oneTime, size, colorDepth: 32, script }).done;
    await api.waitForSession(sessionId, 'a finished recording', ({ recording }) => recording === 'finished');
    await gateway.process.stop();
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
