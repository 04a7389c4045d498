/** Connections to the portal that no page of the gateway makes: each is turned away, on record, and harms nobody. */
import { beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import {
  decodeRdCleanPath,
  encodeRdCleanPath,
  type RdCleanPathPdu,
} from '../../../src/rdp/rdcleanpath/rdcleanpath-pdu.js';
import { Reader } from '../../../src/rdp/wire/reader.js';
import { useLab } from '../../peers/lab.js';
import { type GatewayProcess, startGatewayProcess } from '../support/gateway-process.js';

const REQUEST = { kind: 'request', destination: 'any', preconnectionBlob: null } as const;

describe('the portal', () => {
  const lab = useLab();
  let gateway: GatewayProcess;

  beforeAll(async () => {
    gateway = await startGatewayProcess(lab);
  });

  interface Outcome {
    readonly status: number | null;
    readonly code: number | null;
    readonly answer: RdCleanPathPdu | null;
  }

  /** Sends one message; resolves when the gateway has closed. */
  const send = (message: Buffer | string | null, origin?: string): Promise<Outcome> =>
    new Promise((resolve) => {
      const address = `wss://127.0.0.1:${gateway.httpPort}/rdcleanpath`;
      const socket = new WebSocket(address, {
        rejectUnauthorized: false,
        origin: origin ?? `https://127.0.0.1:${gateway.httpPort}`,
      });
      let answer: RdCleanPathPdu | null = null;
      socket.on('error', () => {});
      socket.on('unexpected-response', (_request, response) => {
        resolve({ status: response.statusCode ?? null, code: null, answer });
      });
      socket.on('open', () => {
        if (message !== null) socket.send(message);
      });
      socket.on('message', (data: Buffer) => {
        answer = decodeRdCleanPath(new Reader(data, 'answer'));
      });
      socket.on('close', (code) => resolve({ status: null, code, answer }));
    });

  it('is for the gateway’s own pages', async () => {
    expect(await send(null, 'https://elsewhere.example')).toMatchObject({ status: 403 });
    const refused = (await gateway.api.audit()).filter(({ kind }) => kind === 'connection.refused');
    expect(refused.map(({ data }) => data['reason'])).toContain('cross-site');
  });

  it('answers what is no request with an error of RDCleanPath, and closes on text and on long messages', async () => {
    const invalid = { kind: 'error', errorCode: 1, httpStatusCode: 400 };
    expect(await send(Buffer.from('GET / HTTP/1.1'))).toMatchObject({ answer: invalid });
    expect(await send('a text')).toMatchObject({ code: 1003 });
    expect(await send(Buffer.alloc(65 * 1024, 0x30))).toMatchObject({ code: 1009, answer: null });
    const x224ConnectionPdu = Buffer.alloc(300, 3);
    const long = encodeRdCleanPath({ ...REQUEST, proxyAuth: 'witness-x', x224ConnectionPdu });
    expect(await send(Buffer.from(long))).toMatchObject({ answer: invalid });
  });

  it('lets nobody in without a ticket, nor with one that it does not know', async () => {
    const x224ConnectionPdu = Buffer.from('030000130ee00000000000010008000b000000', 'hex');
    for (const proxyAuth of ['', 'witness-', `witness-${'a'.repeat(27)}`]) {
      const request = Buffer.from(encodeRdCleanPath({ ...REQUEST, proxyAuth, x224ConnectionPdu }));
      expect(await send(request)).toMatchObject({ answer: { kind: 'error', errorCode: 1, httpStatusCode: 401 } });
    }
    const reasons = (await gateway.api.audit()).filter(({ kind }) => kind === 'session.ticket-refused');
    expect(reasons.map(({ data }) => data['reason'])).toEqual(['ticket-missing', 'ticket-missing', 'ticket-unknown']);
    expect(gateway.process.isRunning()).toBe(true);
  });
});
