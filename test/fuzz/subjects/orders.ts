/** Drawing orders with their history and caches. An input is the number of orders and the orders. */
import { Desktop } from '../../recorder/orders/support.js';
import * as order from '../../recorder/orders/support.js';
import { MEGABYTE, subject, type Step, type Subject } from '../subject.js';
import { bytesOfHex, fixture, joined } from '../../helpers/fixture-files.js';

/** Worked examples of [MS-RDPEGDI] 4.1, in an order in which each is a difference to the ones before. */
const EXAMPLES = [
  '09000c48003701',
  '09017f021a00c3010d000d00f0ffff005bef0081',
  '0902 7d0700a101f100cc2f018e00',
  '490d97ff000200060115001500',
  '1d091e02a53d031a4a031b03b10ea65bef00',
  '191b00012067022738003907 3a063b073c063d0618041f06170214041b0619064505 18061f061f0214024606ff1524',
  '0913ff70070003ffff00743b000e00710042007e0000807c0015000001060204030805090606060607060802ff0012',
  '0d18fb7e0f8b00b1002c04bd00060003ffff008b00b1009300be000d00fe7f00800080bb00130001 4a060a808080b8c484848484840000 6800',
  '2d1673f801b80200c000206c0000000000040000ff7e76ff416cff2462ff2b59ff5551ff9c497343804dffbe8099ffba80cdffb7' +
    '80deffb680caffb68096ffb78048ffba6fffbeff9743ff524aff2b51ff2459ff4463ff816c56762f80820a80bf1480dd1e80d427' +
    '80ab2f8064370d3dffb38042ff678046',
] as const;

function made(): Uint8Array[] {
  const rle = fixture('bitmap-codecs/ironrdp/rle-16bpp-27019fd9f222cebce9dfebcddb12bfa0-compressed.bin');
  const rleBitmap = joined(Uint8Array.of(0, 0, 64, 64, 16, rle.length & 0xff, rle.length >> 8, 5, 0), rle);
  return [
    order.opaqueRect(3, 4, 50, 40, 0x11_2233),
    order.opaqueRect(0, 0, 100, 80, 0xff_0000, [10, 10, 60, 60]),
    order.cacheBitmap(0, 5, [
      [0xff_0000, 0x00_ff00],
      [0x00_00ff, 0xff_ffff],
    ]),
    // MemBlt of that entry: cache 0, 8 x 8 at (1, 2), SRCCOPY.
    order.primary(0x0d, 2, 0x01ff, joined(order.words(0, 1, 2, 8, 8), Uint8Array.of(0xcc), order.words(0, 0, 5))),
    order.secondary(2, 0x0400, rleBitmap),
    // Cache Glyph: cache 0, one glyph of 8 x 2.
    order.secondary(3, 0, joined(Uint8Array.of(0, 1), order.words(1, 0, 0, 8, 2), Uint8Array.of(0xaa, 0x55, 0, 0))),
    // Cache Brush: entry 0, 1 bpp, 8 x 8.
    order.secondary(7, 0, Uint8Array.of(0, 1, 8, 8, 0x81, 8, 1, 2, 3, 4, 5, 6, 7, 8)),
    order.secondary(1, 0, joined(Uint8Array.of(0, 0, 1), new Uint8Array(1024).fill(0x40))),
    Uint8Array.of(0x36, 0, 0, 0, 0),
  ];
}

const update = (orders: readonly Uint8Array[]): Uint8Array => joined(Uint8Array.of(orders.length), ...orders);

const orders = [...made(), ...EXAMPLES.map(bytesOfHex)];

/** Fast-path updates of orders: a count of 16 bits, and the orders. */
export const ORDER_UPDATES: readonly Uint8Array[] = [made(), EXAMPLES.map(bytesOfHex)].map((list) =>
  joined(order.words(list.length), ...list),
);

function open(): Step {
  let desktop = new Desktop(320, 240);
  return (input) => {
    const losses = desktop.losses.length;
    desktop.paintUpdate(input[0] ?? 0, input.subarray(1));
    const lost = desktop.losses.slice(losses);
    // What follows would be refused until the next activation.
    if (lost.some(({ context }) => context === 'orders')) desktop = new Desktop(320, 240);
    return lost.length > 0 ? 'refused' : 'decoded';
  };
}

export function orderSubjects(): Subject[] {
  const streams = [orders.map((one) => update([one])), [update(made()), update(EXAMPLES.map(bytesOfHex))]];
  return [
    subject({
      name: 'drawing-orders',
      weight: 4,
      mutatedShare: 0.6,
      batchInputs: 48,
      streams,
      open,
      refusals: [],
      limitBytes: 128 * MEGABYTE,
    }),
  ];
}
