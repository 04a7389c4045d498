/**
 * [invariant 1] A portal session that shows to be one of Microsoft Entra ID when it is being recorded already: it ends, and
 * its recording is withheld, also when the session was over before anybody could have known.
 */
import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { beforeAll, describe, expect, it } from 'vitest';
import type { SessionCreated } from '../../src/contract/api.js';
import type { Manifest } from '../../src/contract/manifest.js';
import type { PortalInfo } from '../../src/contract/portal.js';
import { ClientConnection } from '../../src/demo/client-connection.js';
import { startDemoDesktop } from '../../src/demo/demo-desktop.js';
import { PROTOCOL_SSL } from '../../src/rdp/connection/security-protocols.js';
import { compressedLogonFrame, logonFrame } from '../helpers/logon-frames.js';
import { startSpoilingRelay } from '../helpers/spoiling-relay.js';
import { useLab } from '../peers/lab.js';
import { waitFor } from '../peers/wait.js';
import { type GatewayProcess, startGatewayProcess } from './support/gateway-process.js';
import { openRdCleanPath } from './support/rdcleanpath-client.js';

const TIMEOUT_MS = 60_000;

const CLIENT = {
  desktopWidth: 640,
  desktopHeight: 480,
  colorDepth: 32,
  selectedProtocol: PROTOCOL_SSL,
  userName: 'ada',
  password: '',
  domain: '',
  clientName: 'WITNESS',
  channels: [],
  compressionType: null,
  bitmapCodecs: [],
  fastPathOutput: true,
  skipChannelJoin: false,
} as const;

describe('a recorded portal session in which Entra ID shows late', () => {
  const lab = useLab();
  let gateway: GatewayProcess;

  beforeAll(async () => {
    gateway = await startGatewayProcess(lab);
  });

  /** Resolves when the client is at the desktop. */
  const connect = async (name: string, port: number): Promise<{ sessionId: string; closed: Promise<unknown> }> => {
    const { api, httpPort } = gateway;
    const { id: targetId } = await api.addTarget(name, port);
    const { notice } = await api.json<PortalInfo>('GET', '/api/v1/portal');
    const { sessionId, routingToken } = await api.json<SessionCreated>('POST', '/api/v1/sessions', {
      targetId,
      connectionMethod: 'portal',
      authenticationMethod: 'password',
      acceptedNotice: notice?.version,
    });
    const { stream } = await openRdCleanPath(httpPort, routingToken);
    const closed = Promise.race([once(stream, 'end'), once(stream, 'close')]);
    lab.onClose(async () => void stream.destroy());
    await atDesktop(stream);
    await api.waitForSession(sessionId, 'stored video', ({ videoBytes }) => videoBytes > 0);
    return { sessionId, closed };
  };

  it.each([
    ['as everybody can read', 'save-session-info', logonFrame('AzureAD')],
    ['compressed, so that only the recorder reads it', 'logon-compressed', compressedLogonFrame('AzureAD')],
    ['compressed, and the session is over before it is read', 'logon-compressed', compressedLogonFrame('AzureAD')],
  ])(
    'is ended, and its recording withheld: the target tells of it %s',
    async (how, where, told) => {
      const { api } = gateway;
      const desktop = await startDemoDesktop({ host: '127.0.0.1', port: 0 });
      lab.onClose(() => desktop.close());
      const spoiling = await startSpoilingRelay(desktop.port);
      const { sessionId, closed } = await connect(how, spoiling.port);
      spoiling.inject(told);
      // Its farewell brings what was put in, and is the end.
      if (how.includes('over')) for (const session of desktop.sessions) session.close();
      await closed;
      const { endReason } = await api.waitForSession(
        sessionId,
        'the end of the session, its recording withheld',
        ({ state, recording }) => state === 'ended' && recording === 'withheld',
      );
      if (!how.includes('over')) expect(endReason).toBe('recording-rule');
      const path = `/api/v1/recordings/${sessionId}`;
      for (const part of ['playlist.m3u8', 'events']) {
        const { status, body } = await api.send('GET', `${path}/${part}`);
        expect([status, body.toString()]).toEqual([403, expect.stringContaining('recording-withheld')]);
      }
      const manifest = await waitFor('the manifest', async () => {
        const { status, body } = await api.send('GET', `${path}/manifest`);
        return status === 200 ? (JSON.parse(body.toString()) as Manifest) : undefined;
      });
      expect(manifest).toMatchObject({ outcome: 'against-rule', facts: { authenticationMethod: 'password' } });
      const rows = (await api.audit()).filter((row) => row.sessionId === sessionId);
      expect(rows.filter(({ kind }) => kind === 'recording.withheld')).toMatchObject([
        { data: { reason: 'recording-rule', where } },
      ]);
    },
    TIMEOUT_MS,
  );
});

/** A client on what follows the gateway's answer; resolves when it is at the desktop. */
function atDesktop(stream: Duplex): Promise<ClientConnection> {
  return new Promise((resolve, reject) => {
    // All that a TLS socket has besides is how much it has read and written.
    const client = new ClientConnection(stream as TLSSocket, CLIENT, {
      onOutput: ({ type }) => {
        if (type === 'active') resolve(client);
      },
      onClose: (error) => reject(error ?? new Error('the connection is over')),
    });
  });
}
