import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decisionId, sessionId, uuidV7 } from '../../src/contract/ids.js';
import { canonicalJson } from '../../src/contract/json.js';
import {
  chunkAdditionalData,
  decodeChunkHeader,
  decodeTraceHeader,
  encodeChunkHeader,
  encodeTraceHeader,
  iterateTraceRecords,
  TraceFormatError,
  TraceRecordWriter,
  traceNonce,
} from '../../src/contract/trace-codec.js';
import { TRACE_VERSION, TraceRecordKind, type TraceHeader } from '../../src/contract/trace.js';
import { decodeUtf8, encodeUtf8 } from '../../src/contract/utf8.js';

const header: TraceHeader = {
  format: 'witness-trace',
  version: TRACE_VERSION,
  sessionId: sessionId('01920000-0000-7000-8000-000000000001'),
  part: 1,
  sessionStartedAtMs: 1_700_000_000_000,
  partStartMs: 0,
  gatewayId: 'gateway-é',
  decisionId: decisionId('01920000-0000-7000-8000-000000000002'),
  policyVersion: 3,
  recording: 'required',
  facts: { connectionMethod: 'native', authenticationMethod: 'password', protocol: 'rdp' },
  wrappedKey: 'AAAA',
};

const record = fc.record({
  kind: fc.constantFrom(...Object.values(TraceRecordKind)),
  timeMs: fc.nat({ max: 0xffff_ffff }),
  payload: fc.uint8Array({ maxLength: 300 }),
});

describe('trace format', () => {
  it('gives back a header, and asks for more at every truncation', () => {
    const bytes = encodeTraceHeader(header);
    expect(decodeTraceHeader(bytes)).toEqual({ header, headerBytes: bytes.length });
    for (let length = 0; length < bytes.length; length += 1) {
      expect(decodeTraceHeader(bytes.subarray(0, length))).toBeNull();
    }
  });

  it('refuses another magic, another version and a hostile header length', () => {
    const change = (at: number, value: number): Uint8Array => encodeTraceHeader(header).with(at, value);
    for (const bytes of [change(0, 0), change(4, 9), change(9, 0xff)]) {
      expect(() => decodeTraceHeader(bytes)).toThrow(TraceFormatError);
    }
  });

  it('gives back every record in order', () => {
    fc.assert(
      fc.property(fc.array(record, { maxLength: 40 }), (records) => {
        const writer = new TraceRecordWriter();
        for (const { kind, timeMs, payload } of records) writer.append(kind, timeMs, payload);
        const plaintext = writer.take();
        expect(writer.length).toBe(0);
        const read = [...iterateTraceRecords(plaintext)].map((one) => ({ ...one, payload: one.payload.slice() }));
        expect(read).toEqual(records);
      }),
    );
  });

  it('names the offset of a record that is cut short or of an unknown kind', () => {
    const writer = new TraceRecordWriter();
    writer.append(TraceRecordKind.tick, 5, new Uint8Array(0));
    writer.append(TraceRecordKind.event, 6, Uint8Array.of(1, 2, 3));
    const plaintext = writer.take();
    for (let length = 9; length < plaintext.length; length += 1) {
      expect(() => [...iterateTraceRecords(plaintext.subarray(0, length))]).toThrow('at offset 8');
    }
    expect(() => [...iterateTraceRecords(plaintext.with(0, 99))]).toThrow('at offset 0');
  });

  it('binds a chunk to its trace, its place and its length', () => {
    const tag = new Uint8Array(16).fill(7);
    expect(chunkAdditionalData(tag, 10, 2)).not.toEqual(chunkAdditionalData(tag, 10, 3));
    expect(chunkAdditionalData(tag, 10, 2)).not.toEqual(chunkAdditionalData(tag, 11, 2));
    expect(decodeChunkHeader(encodeChunkHeader(10, 2), 0)).toEqual({ length: 10, index: 2 });
    expect(decodeChunkHeader(encodeChunkHeader(10, 2).subarray(1), 0)).toBeNull();
    expect(() => decodeChunkHeader(encodeChunkHeader(0xffff_ffff, 2), 0)).toThrow(TraceFormatError);
    expect(traceNonce(1, 1n)).not.toEqual(traceNonce(2, 1n));
  });
});

describe('UTF-8', () => {
  it('agrees with the platform on every text and every byte string', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(encodeUtf8(text)).toEqual(new Uint8Array(new TextEncoder().encode(text)));
        expect(decodeUtf8(encodeUtf8(text))).toBe(
          new TextDecoder('utf-8', { ignoreBOM: true }).decode(new TextEncoder().encode(text)),
        );
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) => {
        let expected: string | null = null;
        try {
          expected = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
        } catch {
          expected = null;
        }
        expect(decodeUtf8(bytes)).toBe(expected);
      }),
    );
  });
});

describe('canonical JSON', () => {
  it('does not depend on the order of keys', () => {
    expect(canonicalJson({ b: [1, null, 'x'], a: { d: true, c: 0.5 } })).toBe(
      '{"a":{"c":0.5,"d":true},"b":[1,null,"x"]}',
    );
    expect(() => canonicalJson(Number.NaN)).toThrow(TypeError);
  });
});

describe('UUIDv7', () => {
  it('carries the time first, so that ids sort by time', () => {
    const random = new Uint8Array(10).fill(0xff);
    expect(uuidV7(0x0192_0000_0000, random)).toBe('01920000-0000-7fff-bfff-ffffffffffff');
    fc.assert(
      fc.property(fc.nat({ max: 2 ** 31 }), fc.nat({ max: 2 ** 31 }), (a, b) => {
        const [x, y] = [uuidV7(a * 1000, random), uuidV7(b * 1000, random)];
        expect(x < y).toBe(a < b);
      }),
    );
  });
});
