/** Real clients of the demo desktop: what their display shows is what was painted. */
import { createServer, type Server, type Socket } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startDemoDesktop, type DemoDesktop } from '../../src/demo/demo-desktop.js';
import type { DesktopSession } from '../../src/demo/desktop-session.js';
import { DesktopPainter } from '../../src/demo/painter/desktop-painter.js';
import { makeCertificate, type ServerCertificate } from '../../src/gateway/tls/certificate.js';
import { encodeConnectionConfirm } from '../../src/rdp/connection/x224/connection-confirm.js';
import { decodeConnectionRequest } from '../../src/rdp/connection/x224/connection-request.js';
import { refuseConnection } from '../../src/rdp/server/refuse-connection.js';
import { stepServerSequence } from '../../src/rdp/server/server-sequence.js';
import type { RefusalMoment, ServerState } from '../../src/rdp/server/server-state.js';
import { Reader } from '../../src/rdp/wire/reader.js';
import { decodeTpkt, encodeTpkt, Framer } from '../../src/rdp/wire/tpkt.js';
import { typeText } from '../peers/input.js';
import { useLab } from '../peers/lab.js';
import { startRdesktop, startXfreerdp, type RdpClient, type RdpClientOptions } from '../peers/rdp-client.js';
import { screenshot } from '../peers/screenshot.js';
import { waitFor } from '../peers/wait.js';
import { startXvfb } from '../peers/xvfb.js';
import { pixelAt, type Raster } from '../pixels/raster.js';
import { requirePeers } from '../setup/requirements.js';

const FROZEN_MS = 1_764_000_000_000;
const SIZE = { width: 800, height: 600 };
const TEXT = 'Typed by hand: {a+B} = "C"; 100%';
const SERVER_DENIED_CONNECTION = 0x0007;

let certificate: ServerCertificate;
const closers: (() => Promise<void>)[] = [];
beforeAll(async () => {
  certificate = await makeCertificate(['localhost'], Date.now());
});
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function startFrozenDesktop(): Promise<DemoDesktop> {
  const desktop = await startDemoDesktop({ host: '127.0.0.1', port: 0, tls: certificate, clock: () => FROZEN_MS });
  closers.push(() => desktop.close());
  return desktop;
}

/** Largest difference of a channel between what was painted and what is shown. */
function largestDifference(session: DesktopSession, shown: Raster): number {
  const painter = new DesktopPainter(SIZE.width, SIZE.height, session.notes);
  painter.paint(FROZEN_MS);
  // The pointer's position is part of the picture: it is where the client's display had it.
  const status = painter.layout.status;
  let largest = 0;
  for (let y = 0; y < SIZE.height; y++) {
    if (y >= status.y && y < status.y + status.height) continue;
    for (let x = 0; x < SIZE.width; x++) {
      const color = painter.raster.pixel(x, y);
      const [red, green, blue] = pixelAt(shown, x, y);
      const differences = [red - (color >> 16), green - ((color >> 8) & 0xff), blue - (color & 0xff)].map(Math.abs);
      largest = Math.max(largest, ...differences);
    }
  }
  return largest;
}

/** Steps between the levels of 5-bit channels: what is lost at 15 and 16 bpp. */
const LOSS_AT_16_BPP = 8;

const CLIENTS = [
  { program: 'xfreerdp', args: [], depth: 32, loss: 0 },
  { program: 'xfreerdp', args: ['/bpp:16'], depth: 16, loss: LOSS_AT_16_BPP },
  { program: 'xfreerdp', args: ['/bpp:24'], depth: 24, loss: 0 },
  { program: 'rdesktop', args: ['-a', '16'], depth: 16, loss: LOSS_AT_16_BPP },
  { program: 'rdesktop', args: ['-a', '24'], depth: 24, loss: 0 },
] as const;

describe.runIf(requirePeers('Xvfb', 'xfreerdp', 'rdesktop'))('with real clients', () => {
  const lab = useLab();

  const startClient = (program: 'xfreerdp' | 'rdesktop', options: RdpClientOptions): Promise<RdpClient> =>
    program === 'xfreerdp' ? startXfreerdp(lab, options) : startRdesktop(lab, options);

  it.each(CLIENTS)(
    '$program $args shows the desktop, and what is typed into it',
    async ({ program, args, depth, loss }) => {
      const desktop = await startFrozenDesktop();
      const display = await startXvfb(lab, SIZE);
      const client = await startClient(program, {
        display,
        port: desktop.port,
        user: 'alice',
        password: 'x',
        size: SIZE,
        args,
      });
      await client.connected();
      const session = await waitFor('an active session', () => desktop.sessions.find((each) => each.desktop !== null));
      expect(session.desktop).toEqual({ desktopWidth: SIZE.width, desktopHeight: SIZE.height, colorDepth: depth });
      expect(session.userName).toBe('alice');
      await typeText(lab, display, TEXT);
      await waitFor('the typed text', () => session.notes === TEXT);
      let difference = 255;
      await waitFor('the painted picture on the display', async () => {
        difference = largestDifference(session, await screenshot(display));
        return difference <= loss;
      }).catch(() => expect(difference, `largest difference of a channel\n${client.log()}`).toBeLessThanOrEqual(loss));
      await client.process.stop();
    },
  );

  it('xfreerdp follows a change of the desktop size', async () => {
    const desktop = await startFrozenDesktop();
    const display = await startXvfb(lab, SIZE);
    const client = await startXfreerdp(lab, { display, port: desktop.port, user: 'alice', size: SIZE });
    await client.connected();
    const session = await waitFor('an active session', () => desktop.sessions.find((each) => each.desktop !== null));
    session.resize({ width: 640, height: 480 });
    await waitFor('the smaller desktop', () => session.desktop?.desktopWidth === 640);
    const painter = new DesktopPainter(640, 480);
    painter.paint(FROZEN_MS);
    const { x, y } = painter.layout.activity.titleBar;
    await waitFor('its picture', async () => {
      const [red, green, blue] = pixelAt(await screenshot(display), x + 100, y + 2);
      return (red << 16) + (green << 8) + blue === painter.raster.pixel(x + 100, y + 2);
    });
    await client.process.stop();
  });

  it.each(['after-licensing', 'when-active'] as const)('xfreerdp names the reason of a refusal %s', async (when) => {
    const port = await listenAndRefuse(SERVER_DENIED_CONNECTION, when);
    const display = await startXvfb(lab, SIZE);
    const client = await startXfreerdp(lab, { display, port, user: 'alice', password: 'x', size: SIZE });
    await client.exited;
    expect(client.log()).toContain('ERRINFO_SERVER_DENIED_CONNECTION');
  });

  it('rdesktop names the reason of a refusal when it is active', async () => {
    const port = await listenAndRefuse(SERVER_DENIED_CONNECTION, 'when-active');
    const display = await startXvfb(lab, SIZE);
    const client = await startRdesktop(lab, { display, port, user: 'alice', size: SIZE });
    await client.exited;
    expect(client.log()).toContain('The server denied the connection');
  });
});

/** A server that takes TLS and refuses every client. */
async function listenAndRefuse(errorInfo: number, when: RefusalMoment): Promise<number> {
  const secureContext = createSecureContext({ cert: certificate.certificatePem, key: certificate.privateKeyPem });
  const server: Server = createServer((socket) => {
    socket.once('data', (chunk) => {
      const request = decodeConnectionRequest(decodeTpkt(new Reader(chunk, 'TPKT'), 'x224Crq'));
      const negotiation = { kind: 'response', flags: 0, selectedProtocol: 1 } as const;
      const confirm = { dstRef: 0, srcRef: 0, classOption: 0, negotiation, trailing: new Uint8Array(0) };
      socket.write(encodeTpkt(encodeConnectionConfirm(confirm)));
      const state = refuseConnection(request.negotiation?.requestedProtocols ?? 0, errorInfo, when);
      refuse(socket, new TLSSocket(socket, { isServer: true, secureContext }), state);
    });
    socket.on('error', () => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => new Promise((resolve) => server.close(() => resolve())));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

function refuse(socket: Socket, secure: TLSSocket, start: ServerState): void {
  const framer = new Framer();
  let state = start;
  secure.on('error', () => socket.destroy());
  secure.on('data', (chunk) => {
    for (const pdu of framer.push(chunk)) {
      const step = stepServerSequence(state, pdu);
      state = step.state;
      for (const output of step.outputs) {
        if (output.type === 'send') secure.write(output.bytes);
        if (output.type === 'end') secure.end();
      }
    }
  });
}
