/** The scripted client and the demo desktop, over TLS on loopback. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startDemoDesktop, type DemoDesktop, type DemoDesktopOptions } from '../../src/demo/demo-desktop.js';
import { toDepth } from '../../src/drawing/pixel-depth.js';
import { DesktopPainter } from '../../src/demo/painter/desktop-painter.js';
import { runScriptedClient, type ScriptedClient, type ScriptedClientOptions } from '../../src/demo/scripted-client.js';
import { makeCertificate, type ServerCertificate } from '../../src/gateway/tls/certificate.js';
import { PROTOCOL_HYBRID, SSL_REQUIRED_BY_SERVER } from '../../src/rdp/connection/security-protocols.js';
import { decodeConnectionConfirm } from '../../src/rdp/connection/x224/connection-confirm.js';
import { encodeConnectionRequest } from '../../src/rdp/connection/x224/connection-request.js';
import { Reader } from '../../src/rdp/wire/reader.js';
import { decodeTpkt, encodeTpkt } from '../../src/rdp/wire/tpkt.js';
import { waitFor } from '../peers/wait.js';
import { ClientScreen } from './client-screen.js';

const FROZEN_MS = 1_764_000_000_000;
const SIZE = { width: 640, height: 480 };

let certificate: ServerCertificate;
const desktops: DemoDesktop[] = [];
beforeAll(async () => {
  certificate = await makeCertificate(['localhost'], Date.now());
});
afterEach(async () => {
  for (const desktop of desktops.splice(0)) await desktop.close();
});

async function start(options: Partial<DemoDesktopOptions> = {}): Promise<DemoDesktop> {
  const desktop = await startDemoDesktop({
    host: '127.0.0.1',
    port: 0,
    tls: certificate,
    clock: () => FROZEN_MS,
    ...options,
  });
  desktops.push(desktop);
  return desktop;
}

interface Watched {
  readonly client: ScriptedClient;
  readonly screen: ClientScreen;
}

function connectTo(desktop: DemoDesktop, options: Partial<ScriptedClientOptions> = {}): Watched {
  const screen = new ClientScreen(options.size?.width ?? SIZE.width, options.size?.height ?? SIZE.height);
  const client = runScriptedClient({
    host: '127.0.0.1',
    port: desktop.port,
    size: SIZE,
    colorDepth: 32,
    fingerprint: certificate.fingerprint,
    userName: 'alice',
    password: 'secret',
    script: [{ type: 'wait', durationMs: 300 }],
    onGraphics: (graphics) => screen.take(graphics),
    ...options,
  });
  return { client, screen };
}

/** The desktop as it should look at the frozen time. */
function expectedPicture(notes = '', size = SIZE): DesktopPainter {
  const painter = new DesktopPainter(size.width, size.height, notes);
  painter.paint(FROZEN_MS);
  return painter;
}

describe.each([15, 16, 24, 32] as const)('at %d bpp', (depth) => {
  const inDepth = (words: Uint32Array): number[] => Array.from(words, (word) => toDepth(word, depth));

  it.each([true, false])('the client receives the painted desktop and what it types (fast-path %s)', async (fast) => {
    const desktop = await start();
    const text = 'Hello, World! #1\n~"x"';
    const { client, screen } = connectTo(desktop, {
      colorDepth: depth,
      fastPathOutput: fast,
      script: [
        { type: 'type', text: `${text}z\b`, intervalMs: 1 },
        { type: 'wait', durationMs: 350 },
      ],
    });
    const statistics = await client.done;
    expect(statistics.endReason).toBe('script-done');
    expect(statistics.graphicsPdus).toBeGreaterThan(1);
    expect(inDepth(screen.words)).toEqual(inDepth(expectedPicture(text).raster.pixels));
    expect(inDepth(screen.words)).not.toEqual(inDepth(expectedPicture().raster.pixels));
    expect(screen.pointers.map((pointer) => pointer.kind)).toEqual(['color']);
  });
});

describe('the demo desktop', () => {
  it('types Unicode events, and a question mark for what it cannot draw', async () => {
    const desktop = await start();
    const { client } = connectTo(desktop, {
      script: [
        { type: 'type', text: 'a\u00e9b' },
        { type: 'wait', durationMs: 5000 },
      ],
    });
    const session = await waitFor('the typed text', async () => desktop.sessions.find((each) => each.notes === 'a?b'));
    expect(session.userName).toBe('alice');
    await desktop.close();
    expect((await client.done).endReason).toBe('server-ended');
  });

  it('changes the pointer by cache once both shapes were sent', async () => {
    const desktop = await start();
    const { x, y } = expectedPicture().layout.notes.content;
    const { client, screen } = connectTo(desktop, {
      script: [
        { type: 'move', path: [{ x: 5, y: 5 }], intervalMs: 250 },
        { type: 'move', path: [{ x: x + 9, y: y + 9 }], intervalMs: 250 },
        { type: 'move', path: [{ x: 5, y: 5 }], intervalMs: 250 },
      ],
    });
    await client.done;
    expect(screen.pointers.map((pointer) => pointer.kind)).toEqual(['color', 'color', 'cached']);
    expect(screen.pointers.at(-1)).toEqual({ kind: 'cached', cacheIndex: 0 });
  });

  it('animates: five scrolls a second, ten frames at the most', async () => {
    const desktop = await start({ clock: Date.now });
    const times: number[] = [];
    const { client } = connectTo(desktop, {
      script: [{ type: 'wait', durationMs: 2000 }],
      onGraphics: ({ receivedAtMs }) => times.push(receivedAtMs),
    });
    await client.done;
    const frames = times.filter((time, index) => index === 0 || time - (times[index - 1] ?? 0) > 50);
    expect(frames.length).toBeGreaterThanOrEqual(8);
    expect(frames.length).toBeLessThanOrEqual(21);
  });

  it('gives a client the size that it asks for, within limits', async () => {
    const desktop = await start({ size: { width: 801, height: 600 } });
    const small = connectTo(desktop, { size: { width: 322, height: 243 } });
    await small.client.done;
    expect(small.client.share?.desktop).toEqual({ desktopWidth: 320, desktopHeight: 243, colorDepth: 32 });
    const large = connectTo(desktop, { size: { width: 4000, height: 3000 } });
    await large.client.done;
    expect(large.client.share?.desktop).toEqual({ desktopWidth: 800, desktopHeight: 600, colorDepth: 32 });
  });

  it('keeps what was typed when the session is reactivated in another size', async () => {
    const desktop = await start();
    const size = { width: 480, height: 400 };
    const screen = new ClientScreen(size.width, size.height);
    let deactivations = 0;
    const { client } = connectTo(desktop, {
      script: [
        { type: 'type', text: 'before' },
        { type: 'wait', durationMs: 200 },
        { type: 'wait', durationMs: 600 },
        { type: 'type', text: ' after' },
        { type: 'wait', durationMs: 300 },
      ],
      onOutput: (output) => {
        if (output.type === 'deactivated') deactivations += 1;
      },
      onGraphics: (graphics) => {
        if (deactivations > 0) screen.take(graphics);
      },
    });
    const session = await waitFor('the typed text', async () =>
      desktop.sessions.find((each) => each.notes === 'before'),
    );
    session.resize(size);
    const statistics = await client.done;
    expect([statistics.activations, deactivations]).toEqual([2, 1]);
    const painted = expectedPicture('before after', size).raster.pixels;
    expect(Array.from(screen.words, (word) => word & 0xff_ffff)).toEqual(Array.from(painted));
  });

  it('sends nothing while output is suppressed, and all of it afterwards; and all on request', async () => {
    const desktop = await start({ clock: Date.now });
    const bitmaps: number[] = [];
    const { client, screen } = connectTo(desktop, {
      script: [
        { type: 'wait', durationMs: 300 },
        { type: 'suppress-output', suppress: true },
        { type: 'wait', durationMs: 1200 },
        { type: 'suppress-output', suppress: false },
        { type: 'wait', durationMs: 300 },
        { type: 'refresh' },
        { type: 'wait', durationMs: 300 },
      ],
      onGraphics: (graphics) => {
        screen.take(graphics);
        bitmaps.push(graphics.receivedAtMs);
      },
    });
    await client.done;
    const longestPauseMs = Math.max(...bitmaps.slice(1).map((time, index) => time - (bitmaps[index] ?? 0)));
    expect(longestPauseMs).toBeGreaterThan(900);
    const wholeDesktop = Math.ceil(SIZE.width / 64) * Math.ceil(SIZE.height / 64);
    expect(screen.bitmaps).toBeGreaterThanOrEqual(3 * wholeDesktop);
  });

  it('lets a client join no channels when it may, and ignores static virtual channels', async () => {
    const desktop = await start();
    const channels = [{ name: 'rdpsnd', options: 0 }];
    for (const skipChannelJoin of [true, false]) {
      const { client } = connectTo(desktop, { skipChannelJoin, channels });
      expect((await client.done).activations).toBe(1);
    }
  });

  it('refuses a client that does not ask for TLS', async () => {
    const desktop = await start();
    const socket = connect(desktop.port, '127.0.0.1');
    const request = encodeConnectionRequest({
      dstRef: 0,
      srcRef: 7,
      classOption: 0,
      routing: { kind: 'none' },
      negotiation: { flags: 0, requestedProtocols: PROTOCOL_HYBRID, correlationInfo: null },
      trailing: new Uint8Array(0),
    });
    socket.write(encodeTpkt(request));
    const [answer] = (await once(socket, 'data')) as [Buffer];
    const { negotiation, dstRef } = decodeConnectionConfirm(decodeTpkt(new Reader(answer, 'TPKT'), 'x224Ccf'));
    expect(negotiation).toEqual({ kind: 'failure', flags: 0, failureCode: SSL_REQUIRED_BY_SERVER });
    expect(dstRef).toBe(7);
    socket.destroy();
  });

  it('closes a connection that does not begin with X.224', async () => {
    const desktop = await start();
    const socket = connect(desktop.port, '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\n\r\n');
    await once(socket, 'close');
    expect(desktop.sessions).toEqual([]);
  });
});

describe('the scripted client', () => {
  it('refuses a certificate other than the pinned one', async () => {
    const desktop = await start();
    const { client } = connectTo(desktop, { fingerprint: certificate.fingerprint.replace(/^../, '00') });
    await expect(client.done).rejects.toThrow('another certificate');
  });

  it('stops when it is told to', async () => {
    const desktop = await start();
    const controller = new AbortController();
    const { client } = connectTo(desktop, {
      script: [{ type: 'wait', durationMs: 60_000 }],
      signal: controller.signal,
      onGraphics: () => controller.abort(),
    });
    await expect(client.done).rejects.toThrow('told to stop');
  });

  it('says how the connection went', async () => {
    const desktop = await start();
    const { client } = connectTo(desktop);
    expect(client.state).toBe('connecting');
    const statistics = await client.done;
    expect(client.state).toBe('active');
    expect(statistics).toMatchObject({ endReason: 'script-done', errorInfo: null, activations: 1 });
    expect(statistics.activatedAfterMs).toBeLessThan(statistics.durationMs - 250);
    expect(statistics.receivedBytes).toBeGreaterThan(statistics.graphicsBytes);
    expect(statistics.sentBytes).toBeGreaterThan(0);
  });

  it('reports the error code that ended its session', async () => {
    const desktop = await start();
    const { client } = connectTo(desktop, { script: [{ type: 'wait', durationMs: 10_000 }] });
    const session = await waitFor('an active session', async () =>
      desktop.sessions.find((each) => each.state === 'active'),
    );
    session.close();
    expect(await client.done).toMatchObject({ endReason: 'server-ended', errorInfo: 0x0c });
  });
});
