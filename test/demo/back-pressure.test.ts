/** A client that does not read, and the demo desktop's memory. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { TLSSocket } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { ClientConnection, openTls } from '../../src/demo/client-connection.js';
import { startDemoDesktop, type DemoDesktop } from '../../src/demo/demo-desktop.js';
import type { DesktopSize } from '../../src/demo/desktop-session.js';
import { DesktopPainter } from '../../src/demo/painter/desktop-painter.js';
import { PROTOCOL_SSL } from '../../src/rdp/connection/security-protocols.js';
import { waitFor } from '../peers/wait.js';
import { ClientScreen } from './client-screen.js';

const FROZEN_MS = 1_764_000_000_000;

let desktop: DemoDesktop | undefined;
afterEach(async () => {
  await desktop?.close();
});

/** A client whose socket the test holds. */
async function slowClient(
  desktop: DemoDesktop,
  size: DesktopSize,
  screen: ClientScreen,
): Promise<{ socket: TLSSocket; closed: Promise<void> }> {
  const socket = await openTls({
    host: '127.0.0.1',
    port: desktop.port,
    routing: { kind: 'none' },
    fingerprint: null,
    credential: null,
    signal: new AbortController().signal,
  });
  const closed = new Promise<void>((resolve) => {
    const connection = new ClientConnection(
      socket,
      {
        desktopWidth: size.width,
        desktopHeight: size.height,
        colorDepth: 32,
        selectedProtocol: PROTOCOL_SSL,
        userName: '',
        password: '',
        domain: '',
        clientName: 'SLOW',
        channels: [],
        compressionType: null,
        bitmapCodecs: [],
        fastPathOutput: true,
        skipChannelJoin: false,
      },
      {
        onOutput: (output, receivedAtMs) => {
          if (output.type === 'fast-path') screen.take({ kind: 'fast-path', pdu: output.pdu, receivedAtMs });
        },
        onClose: () => resolve(),
      },
    );
    expect(connection.state.name).toBe('expect-connect-response');
  });
  return { socket, closed };
}

describe('back-pressure', () => {
  it('leaves out frames for a client that does not read, and shows it the latest picture afterwards', async () => {
    const size = { width: 2560, height: 1440 };
    let timeMs = FROZEN_MS;
    let stepMs = 1000;
    desktop = await startDemoDesktop({ host: '127.0.0.1', port: 0, clock: () => (timeMs += stepMs) });
    const { sessions } = desktop;
    const screen = new ClientScreen(size.width, size.height);
    const { socket, closed } = await slowClient(desktop, size, screen);
    const session = await waitFor('an active session', () => sessions.find((each) => each.state === 'active'));
    socket.pause();
    await waitFor('the socket to fill up', () => session.unsentBytes > 256 * 1024, 25_000);
    // One frame may be on its way when the limit is passed; none follows it.
    await sleep(200);
    const unsentBytes = session.unsentBytes;
    await sleep(1000);
    expect(session.unsentBytes).toBe(unsentBytes);
    stepMs = 0;
    socket.resume();
    const painted = new DesktopPainter(size.width, size.height);
    painted.paint(timeMs);
    await waitFor(
      'the latest picture',
      () => painted.raster.pixels.every((color, index) => color === ((screen.words[index] ?? 0) & 0xff_ffff)),
      25_000,
    );
    socket.destroy();
    await closed;
  }, 60_000);
});
