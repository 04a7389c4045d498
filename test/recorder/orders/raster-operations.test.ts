import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rasterOperation, rop3OfRop2, usesPattern, usesSource } from '../../../recorder/orders/raster-operations.js';
import { DecodeError } from '../../../src/rdp/wire/errors.js';

/** Evaluates reverse Polish notation of P, S, D and the operators a, o, x, n. */
function evaluate(rpn: string, p: number, s: number, d: number): number {
  const stack: number[] = [];
  const pop = (): number => stack.pop() ?? 0;
  const operands: Readonly<Record<string, number>> = { P: p, S: s, D: d, '0': 0, '1': -1 };
  for (const letter of rpn) {
    const operand = operands[letter];
    if (operand !== undefined) stack.push(operand);
    else if (letter === 'n') stack.push(~pop());
    else if (letter === 'a') stack.push(pop() & pop());
    else if (letter === 'o') stack.push(pop() | pop());
    else stack.push(pop() ^ pop());
  }
  return pop() | 0;
}

/** Rows of the table in [MS-RDPEGDI] 2.2.2.2.1.1.1.7. */
const ROP3: readonly (readonly [number, string])[] = [
  [0x00, '0'],
  [0x01, 'DPSoon'],
  [0x0c, 'SPna'],
  [0x11, 'DSon'],
  [0x16, 'PSDPSanaxx'],
  [0x1a, 'PDSPaox'],
  [0x22, 'DSna'],
  [0x29, 'PSDPSaoxxn'],
  [0x33, 'Sn'],
  [0x42, 'SDxPDxa'],
  [0x44, 'SDna'],
  [0x55, 'Dn'],
  [0x5a, 'DPx'],
  [0x66, 'DSx'],
  [0x6e, 'SDPSnoax'],
  [0x88, 'DSa'],
  [0x97, 'PSDPSonoxx'],
  [0xa0, 'DPa'],
  [0xaa, 'D'],
  [0xb8, 'PSDPxax'],
  [0xbb, 'DSno'],
  [0xc0, 'PSa'],
  [0xca, 'DPSDxax'],
  [0xcc, 'S'],
  [0xe2, 'DSPDxax'],
  [0xee, 'DSo'],
  [0xf0, 'P'],
  [0xfb, 'DPSnoo'],
  [0xff, '1'],
];

/** The table in 2.2.2.2.1.1.1.6, from 1 on. */
const ROP2 = '0 DPon DPna Pn PDna Dn DPx DPan DPa DPxn D DPno P PDno PDo 1'.split(' ');

const pixel = fc.nat(0xff_ffff);

describe('raster operations', () => {
  it.each(ROP3)('0x%s is what the specification says (%s)', (rop, rpn) => {
    fc.assert(
      fc.property(pixel, pixel, pixel, (p, s, d) => {
        expect(rasterOperation(rop)(p, s, d)).toBe(evaluate(rpn, p, s, d));
      }),
    );
  });

  it('are their own truth tables, whatever the expression', () => {
    const expression = fc.letrec<{ rpn: string }>((tie) => ({
      rpn: fc.oneof(
        { maxDepth: 6 },
        fc.constantFrom('P', 'S', 'D'),
        tie('rpn').map((a) => `${a}n`),
        fc.tuple(tie('rpn'), tie('rpn'), fc.constantFrom('a', 'o', 'x')).map((parts) => parts.join('')),
      ),
    })).rpn;
    fc.assert(
      fc.property(expression, pixel, pixel, pixel, (rpn, p, s, d) => {
        const rop = evaluate(rpn, 0xf0, 0xcc, 0xaa) & 0xff;
        expect(rasterOperation(rop)(p, s, d)).toBe(evaluate(rpn, p, s, d));
        if (!rpn.includes('P')) expect(usesPattern(rop)).toBe(false);
        if (!rpn.includes('S')) expect(usesSource(rop)).toBe(false);
        if (usesPattern(rop)) expect(rpn).toContain('P');
      }),
      { numRuns: 1000 },
    );
  });

  it('of two operands are those of three without a source', () => {
    ROP2.forEach((rpn, index) => {
      const rop = rop3OfRop2(index + 1, 'test');
      expect(usesSource(rop)).toBe(false);
      expect(rasterOperation(rop)(0xcc, 0, 0xaa)).toBe(evaluate(rpn, 0xcc, 0, 0xaa));
    });
  });

  it.each([0, 17, 255])('of two operands end where the table does (%i)', (rop2) => {
    expect(() => rop3OfRop2(rop2, 'test')).toThrow(DecodeError);
  });
});
