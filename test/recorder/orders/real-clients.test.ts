/** Orders that servers of today seldom send: what the recorder draws is what real clients draw. */
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { makeCertificate } from '../../../src/gateway/tls/certificate.js';
import { encodeConnectionConfirm } from '../../../src/rdp/connection/x224/connection-confirm.js';
import { decodeConnectionRequest } from '../../../src/rdp/connection/x224/connection-request.js';
import { startServerSequence, stepServerSequence } from '../../../src/rdp/server/server-sequence.js';
import type * as ServerCapabilities from '../../../src/rdp/server/server-capabilities.js';
import { encodeFastPathOutput, FastPathUpdateCode } from '../../../src/rdp/updates/fast-path-output.js';
import { Reader } from '../../../src/rdp/wire/reader.js';
import { decodeTpkt, encodeTpkt, Framer } from '../../../src/rdp/wire/tpkt.js';
import { movePointer } from '../../peers/input.js';
import { useLab } from '../../peers/lab.js';
import { startRdesktop, startXfreerdp } from '../../peers/rdp-client.js';
import { screenshot } from '../../peers/screenshot.js';
import { waitFor } from '../../peers/wait.js';
import { startXvfb } from '../../peers/xvfb.js';
import { pixelAt, type Raster } from '../../pixels/raster.js';
import { requirePeers } from '../../setup/requirements.js';
import { single } from '../picture/records.js';
import { bytes, cacheBitmap, color, concat, Desktop, opaqueRect, primary, secondary, words } from './support.js';

/** Clients refuse orders that the server does not say it sends. */
vi.mock('../../../src/rdp/server/server-capabilities.js', async (importOriginal) => {
  const { serverCapabilities } = await importOriginal<typeof ServerCapabilities>();
  const offersOrders: typeof serverCapabilities = (desktop) =>
    serverCapabilities(desktop).map((set) =>
      set.kind === 'order' ? { ...set, orderSupport: new Uint8Array(32).fill(1) } : set,
    );
  return { serverCapabilities: offersOrders };
});

const SIZE = { width: 800, height: 600 };
const CELL = 40;
const COLUMNS = SIZE.width / CELL;

/** A scene draws in a cell of its own. */
type Scene = readonly [name: string, draw: (x: number, y: number) => readonly Uint8Array[]];

const BACK = 0x20_4060;
const FORE = 0xf0_a030;
const BITMAP = Array.from({ length: 12 }, (_, y) =>
  Array.from({ length: 12 }, (_unused, x) => x * 0x14_0a05 + y * 0x01_1420),
);
const BRUSH = secondary(7, 0, bytes('0301080800 08 8040201008040281'));
const COLORS = secondary(
  7,
  0,
  concat(bytes('04050808001c'), bytes('1be4'.repeat(8)), bytes('ff0000 00ff00 0000ff 808080')),
);
const GLYPHS = secondary(
  3,
  0,
  concat(
    Uint8Array.of(7, 2),
    words(1, 0, -9, 5, 9),
    bytes('080808788888888878 000000'),
    words(2, 0, -6, 5, 8),
    bytes('f0888888 88f08080'),
  ),
);

const rectangle = (x: number, y: number, size = 32): Uint8Array => words(x + 2, y + 2, size, size);
const patBlt = (x: number, y: number, rop: number, brush: string): Uint8Array => {
  const style = bytes(brush);
  const flags = 0x7ff | (style.length > 4 ? 0x800 : 0);
  return primary(1, 2, flags, concat(rectangle(x, y), Uint8Array.of(rop), color(BACK), color(FORE), style));
};
const ground = (x: number, y: number): Uint8Array[] => [
  opaqueRect(x, y, CELL, CELL, 0x33_6699),
  opaqueRect(x + 10, y + 10, 20, 20, 0xcc_5511),
];
const text = (x: number, y: number, hex: string, { flAccel = 3, opaque = false, redundant = 0 } = {}): Uint8Array => {
  const run = bytes(hex);
  const rectangles = [x, y, x + CELL, y + CELL, ...(opaque ? [x + 4, y + 4, x + 36, y + 30] : [0, 0, 0, 0])];
  const head = concat(Uint8Array.of(7, flAccel, 0, redundant), color(FORE), color(BACK));
  return primary(0x1b, 3, 0x38_3fff, concat(head, words(...rectangles, x + 5, y + 20), Uint8Array.of(run.length), run));
};

const ROPS = [0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xbb, 0xcc, 0xdd, 0xee, 0xff];
const PATTERN_ROPS = [0x05, 0x0a, 0x0f, 0x50, 0x5a, 0x5f, 0xa0, 0xa5, 0xaf, 0xf0, 0xf5, 0xfa];

const memBlt = (rop: number): Scene => [
  `MemBlt ${rop}`,
  (x, y) => [
    ...ground(x, y),
    cacheBitmap(1, 7, BITMAP),
    primary(0x0d, 2, 0x1ff, concat(words(1, x + 4, y + 4, 12, 12), Uint8Array.of(rop), words(0, 0, 7))),
  ],
];
const uncached = (brush: string): Scene => [
  `PatBlt with brush ${brush}`,
  (x, y) => [...ground(x, y), patBlt(x, y, 0xf0, brush)],
];

const COMMON: readonly Scene[] = [
  ...[0x00, 0x55, 0xff].map((rop): Scene => [
    `DstBlt ${rop}`,
    (x, y) => [...ground(x, y), primary(0, 1, 0x1f, concat(rectangle(x, y, 25), Uint8Array.of(rop)))],
  ]),
  ...ROPS.map(memBlt),
  [
    'MemBlt of a part',
    (x, y) => [
      ...ground(x, y),
      primary(0x0d, 2, 0x1ff, concat(words(1, x + 20, y + 20, 5, 4), bytes('cc'), words(3, 2, 7)), [0, 0, 799, y + 22]),
    ],
  ],
  ...[0xcc, 0x33, 0x66, 0x88].map((rop): Scene => [
    `ScrBlt ${rop}`,
    (x, y) => [
      ...ground(x, y),
      primary(2, 1, 0x7f, concat(words(x + 3, y + 5, 30, 30), Uint8Array.of(rop), words(x + 1, y + 1))),
    ],
  ]),
  ...PATTERN_ROPS.map((rop): Scene => [
    `PatBlt ${rop}`,
    (x, y) => [...ground(x, y), BRUSH, patBlt(x, y, rop, '03008103')],
  ]),
  ...['00000000', '01020200', '03050201', '02030204', '04040205'].map(uncached),
  [
    'PatBlt with a cached brush',
    (x, y) => [BRUSH, patBlt(x, y, 0xf0, '00008103'), patBlt(x + 4, y + 8, 0x5a, '01028103')],
  ],
  ['text', (x, y) => [...ground(x, y), GLYPHS, text(x, y, '0100 0206 0106')]],
  ['text, glyph after glyph', (x, y) => [...ground(x, y), text(x, y, '010201', { flAccel: 0x23 })]],
  ['PatBlt with a cached brush of four colours', (x, y) => [COLORS, patBlt(x, y, 0xf0, '00008504')]],
];

const line = (x: number, y: number, [x1, y1, x2, y2]: readonly number[], rop2 = 0x0d): Uint8Array =>
  primary(
    9,
    2,
    0x35f,
    concat(
      bytes('0100'),
      words(x + (x1 ?? 0), y + (y1 ?? 0), x + (x2 ?? 0), y + (y2 ?? 0)),
      Uint8Array.of(rop2, 1),
      color(FORE),
    ),
  );
const fast = (orderType: number, x: number, y: number, hex: string): Uint8Array => {
  const run = bytes(hex);
  const boxes = words(x, y, x + CELL, y + CELL, 0, 0, 0, 0, -32_768, y + 20);
  return primary(
    orderType,
    2,
    0x7fff,
    concat(bytes('070003'), color(FORE), color(BACK), boxes, Uint8Array.of(run.length), run),
  );
};

/**
 * Where xfreerdp 2.11 is no judge: it draws with the operation that does nothing, begins uncached patterns one row off,
 * swaps the diagonal hatches of the specification's figures, makes opaque rectangles a pixel larger than the bounds of the
 * specification's example of FastGlyph, and takes the distance behind a fragment for a glyph.
 */
const RDESKTOP: readonly Scene[] = [
  memBlt(0xaa),
  ...['00000202', '00010203', '00000301 02040810204080', '03020355 112233445566f7'].map(uncached),
  ['text on a rectangle', (x, y) => [...ground(x, y), text(x, y, '0100 0206 0106', { opaque: true })]],
  ['text in fragments', (x, y) => [...ground(x, y), text(x, y, '0100 0206 ff0504'), text(x, y, 'fe0507')]],
];

/** rdesktop draws the last pixel of lines as well, fills what fOpRedundant leaves alone, and has no fast orders of text. xfreerdp draws R2_MERGEPENNOT wrongly. */
const FREERDP: readonly Scene[] = [
  ...[
    [2, 2, 37, 2],
    [37, 3, 2, 3],
    [5, 2, 5, 37],
    [5, 37, 5, 2],
    [2, 2, 37, 37],
    [37, 2, 2, 37],
    [2, 2, 37, 19],
    [37, 19, 2, 2],
    [2, 37, 15, 2],
    [15, 2, 2, 37],
    [3, 3, 30, 10],
    [30, 31, 3, 4],
  ].map((ends): Scene => [`LineTo ${ends.join()}`, (x, y) => [...ground(x, y), line(x, y, ends)]]),
  ...[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15, 16].map((rop2): Scene => [
    `LineTo with operation ${rop2}`,
    (x, y) => [...ground(x, y), line(x, y, [2, 2, 37, 30], rop2)],
  ]),
  [
    'Polyline',
    (x, y) => [
      ...ground(x, y),
      primary(
        0x16,
        1,
        0x77,
        concat(words(x + 4, y + 4), bytes('0d'), color(FORE), bytes('04 06 64 1e 18 70 7f 70'.replaceAll(' ', ''))),
      ),
    ],
  ],
  ['text on nothing', (x, y) => [...ground(x, y), text(x, y, '0100 0206 0106', { redundant: 1 })]],
  ['FastIndex', (x, y) => [...ground(x, y), fast(0x13, x, y, '0100 0206 0106')]],
  ['FastGlyph', (x, y) => [...ground(x, y), fast(0x18, x, y, '00 01 4a 06 0a 808080b8c4848484848400006800')]],
];

/** A server that sends orders as soon as a client is active. */
async function serve(orders: readonly Uint8Array[]): Promise<number> {
  const { certificatePem: cert, privateKeyPem: key } = await makeCertificate(['localhost'], Date.now());
  const secureContext = createSecureContext({ cert, key });
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.once('data', (chunk) => {
      const request = decodeConnectionRequest(decodeTpkt(new Reader(chunk, 'TPKT'), 'x224Crq'));
      const negotiation = { kind: 'response', flags: 0, selectedProtocol: 1 } as const;
      const references = { dstRef: 0, srcRef: 0, classOption: 0, trailing: new Uint8Array(0) };
      socket.write(encodeTpkt(encodeConnectionConfirm({ ...references, negotiation })));
      run(
        socket,
        new TLSSocket(socket, { isServer: true, secureContext }),
        request.negotiation?.requestedProtocols ?? 0,
        orders,
      );
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

function run(socket: Socket, secure: TLSSocket, requestedProtocols: number, orders: readonly Uint8Array[]): void {
  const framer = new Framer();
  let state = startServerSequence({
    requestedProtocols,
    chooseDesktop: ({ colorDepth }) => ({ desktopWidth: SIZE.width, desktopHeight: SIZE.height, colorDepth }),
  });
  secure.on('error', () => socket.destroy());
  secure.on('data', (chunk: Uint8Array) => {
    for (const pdu of framer.push(chunk)) {
      const step = stepServerSequence(state, pdu);
      state = step.state;
      for (const output of step.outputs) {
        if (output.type === 'send') secure.write(output.bytes);
        if (output.type === 'active') for (const order of orders) secure.write(orderUpdate(order));
      }
    }
  });
}

function orderUpdate(order: Uint8Array): Uint8Array {
  const update = single(FastPathUpdateCode.orders, concat(words(1), order));
  return encodeFastPathOutput({ flags: 0, updates: [update] });
}

describe.runIf(requirePeers('xfreerdp', 'rdesktop', 'Xvfb'))('orders', () => {
  const lab = useLab();

  it.each([
    ['xfreerdp', 24, COMMON.concat(FREERDP)],
    ['xfreerdp', 32, COMMON.concat(FREERDP)],
    ['rdesktop', 24, COMMON.concat(RDESKTOP)],
  ] as const)('are drawn as %s draws them at %i bits a pixel', async (name, colorDepth, scenes) => {
    const place = (index: number): [number, number] => [(index % COLUMNS) * CELL, Math.floor(index / COLUMNS) * CELL];
    const orders = scenes.flatMap(([, draw], index) => draw(...place(index)));
    const port = await serve([opaqueRect(0, 0, SIZE.width, SIZE.height, 0), ...orders]);
    const desktop = new Desktop(SIZE.width, SIZE.height, { colorDepth });
    for (const order of orders) desktop.paint(order);
    expect(desktop.losses).toEqual([]);
    const display = await startXvfb(lab, SIZE);
    const options = { display, port, user: 'alice', size: SIZE };
    const args = ['+bitmap-cache', '+glyph-cache', `/bpp:${colorDepth}`];
    const client = await (name === 'xfreerdp'
      ? startXfreerdp(lab, { ...options, args })
      : startRdesktop(lab, { ...options, args: ['-a', String(colorDepth)] }));
    await client.connected();
    await movePointer(lab, display, SIZE.width - 1, SIZE.height - 1);
    let wrong: string[] = [];
    await waitFor(
      'the client to show the orders',
      async () => {
        const shown = await screenshot(display);
        wrong = scenes.filter((_, index) => differs(desktop, shown, ...place(index))).map(([scene]) => scene);
        return wrong.length === 0;
      },
      5000,
    ).catch(() => {});
    await client.process.stop();
    expect(wrong, client.log()).toEqual([]);
  });
});

function differs(desktop: Desktop, shown: Raster, left: number, top: number): boolean {
  for (let y = top; y < top + CELL; y += 1) {
    for (let x = left; x < left + CELL; x += 1) {
      const [red, green, blue] = pixelAt(shown, x, y);
      if (((red << 16) | (green << 8) | blue) !== desktop.pixel(x, y)) return true;
    }
  }
  return false;
}
