import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GFX_HEADER_BYTES, gfxFrames, encodeGfxFrame, GfxCommand } from '../../../src/rdp/gfx/gfx-header.js';
import { decodeGfxPdu, encodeGfxPdu, gfxKind, type GfxPdu } from '../../../src/rdp/gfx/gfx-pdu.js';
import { DecodeError } from '../../../src/rdp/wire/errors.js';
import { hex } from '../session/support.js';
import { gfxKinds, gfxPdu, gfxPduOf } from './arbitraries.js';

function all(message: Uint8Array): GfxPdu[] {
  return Array.from(gfxFrames(message), decodeGfxPdu);
}

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof DecodeError) return error.code;
    throw error;
  }
  return 'nothing';
}

/** A body as a PDU of its length. */
function decodeBody(kind: keyof typeof GfxCommand, body: Uint8Array): () => unknown {
  return () => all(encodeGfxFrame(GfxCommand[kind], body));
}

describe.each(gfxKinds)('%s', (kind) => {
  it('gives back what was encoded, under its own command', () => {
    fc.assert(
      fc.property(gfxPduOf(kind), (pdu) => {
        const bytes = encodeGfxPdu(pdu);
        expect(all(bytes)).toEqual([pdu]);
        expect(gfxKind(bytes[0] ?? 0)).toBe(kind);
      }),
      { numRuns: 40 },
    );
  });

  it('fails on every truncation of its body', () => {
    // The padding at the end of this one means nothing and may be short.
    const spare = kind === 'resetGraphics' ? (pdu: GfxPdu) => 340 - 20 - 20 * monitorsOf(pdu) : () => 0;
    fc.assert(
      fc.property(gfxPduOf(kind), (pdu) => {
        const body = encodeGfxPdu(pdu).subarray(GFX_HEADER_BYTES);
        for (let length = 0; length < body.length - spare(pdu); length++) {
          expect(codeOf(decodeBody(kind, body.slice(0, length))), `${length} bytes`).toBe('truncated');
        }
      }),
      { numRuns: 10 },
    );
  });
});

function monitorsOf(pdu: GfxPdu): number {
  return pdu.kind === 'resetGraphics' ? pdu.monitors.length : 0;
}

describe('a message of graphics PDUs', () => {
  it('gives back its PDUs in their order, unknown ones as they came', () => {
    fc.assert(
      fc.property(fc.array(gfxPdu, { maxLength: 6 }), (pdus) => {
        const message = new Uint8Array(Buffer.concat(pdus.map(encodeGfxPdu)));
        expect(all(message)).toEqual(pdus);
        expect(Buffer.concat(Array.from(gfxFrames(message), ({ bytes }) => bytes)).equals(message)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it('ends in PDUs or a DecodeError whatever the bytes', () => {
    const hostile = fc.tuple(fc.integer({ min: 0, max: 0x20 }), fc.uint8Array({ maxLength: 60 }));
    fc.assert(
      fc.property(fc.array(hostile, { maxLength: 3 }), (frames) => {
        codeOf(() => all(Buffer.concat(frames.map(([cmdId, body]) => encodeGfxFrame(cmdId, body)))));
        codeOf(() => all(Buffer.concat(frames.map(([, body]) => body))));
      }),
    );
  });

  it('is refused when a length is shorter than the header or longer than the message', () => {
    expect(codeOf(() => all(hex('0c00 0000 07000000')))).toBe('invalid');
    expect(codeOf(() => all(hex('0c00 0000 ffffffff 00000000')))).toBe('truncated');
    expect(codeOf(() => all(hex('0c00 0000')))).toBe('truncated');
  });

  it('compares counts with what is there before memory is taken for them', () => {
    expect(codeOf(decodeBody('solidFill', hex('0100 00000000 ffff')))).toBe('truncated');
    expect(codeOf(decodeBody('cacheToSurface', hex('0100 0100 ffff')))).toBe('truncated');
    expect(codeOf(decodeBody('cacheImportOffer', hex('5615')))).toBe('limit');
    expect(codeOf(decodeBody('cacheImportReply', hex('5615')))).toBe('limit');
    expect(codeOf(decodeBody('capsAdvertise', hex('ffff')))).toBe('limit');
    expect(codeOf(decodeBody('resetGraphics', hex('00010000 00010000 11000000')))).toBe('limit');
    expect(codeOf(decodeBody('wireToSurface1', hex('0100 0000 20 0000000001000100 ffffffff')))).toBe('truncated');
  });
});

describe('the layout of', () => {
  it('a solid fill is that of the specification', () => {
    const pdu: GfxPdu = {
      kind: 'solidFill',
      surfaceId: 0x0102,
      fillPixel: 0xff11_2233,
      fillRects: [{ left: 1, top: 2, right: 3, bottom: 4 }],
    };
    expect(encodeGfxPdu(pdu)).toEqual(hex('0400 0000 18000000 0201 332211ff 0100 0100 0200 0300 0400'));
  });

  it('a reset is 340 bytes, whatever the monitors', () => {
    fc.assert(
      fc.property(gfxPduOf('resetGraphics'), (pdu) => {
        expect(encodeGfxPdu(pdu)).toHaveLength(340);
      }),
    );
  });

  it('a capability set of version 10.7 is that of the specification', () => {
    const capsSet = { kind: 'flags', version: 0x000a_0701, flags: 0x22 } as const;
    expect(encodeGfxPdu({ kind: 'capsConfirm', capsSet })).toEqual(
      hex('1300 0000 14000000 01070a00 04000000 22000000'),
    );
  });

  it('a capability set of a known version and another length is kept as it came', () => {
    const body = hex('0100 01070a00 05000000 2200000001');
    const [pdu] = all(encodeGfxFrame(GfxCommand.capsAdvertise, body));
    expect(pdu).toEqual({
      kind: 'capsAdvertise',
      capsSets: [{ kind: 'unknown', version: 0x000a_0701, capsData: hex('2200000001') }],
    });
  });
});
