import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeDvcMessage } from '../../../src/rdp/dvc/data.js';
import { decodeDvcServerPdu, type DvcDataPdu } from '../../../src/rdp/dvc/dvc-pdu.js';
import { DvcTracker } from '../../../src/rdp/dvc/dvc-tracker.js';
import { DecodeError } from '../../../src/rdp/wire/errors.js';
import { hex, read } from '../session/support.js';

function dataPdus(channelId: number, message: Uint8Array): DvcDataPdu[] {
  return encodeDvcMessage(channelId, message).map((bytes) => {
    const pdu = read(decodeDvcServerPdu, bytes);
    if (pdu.kind !== 'data' && pdu.kind !== 'data-first') throw new Error('not a data PDU');
    return pdu;
  });
}

function first(channelId: number, length: number, data: Uint8Array): DvcDataPdu {
  return { kind: 'data-first', cbId: 0, len: 2, compressed: false, channelId, length, data };
}

function part(channelId: number, data: Uint8Array, compressed = false): DvcDataPdu {
  return { kind: 'data', cbId: 0, sp: 0, compressed, channelId, data };
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

describe('messages of dynamic channels', () => {
  it('come out whole, however the parts of several channels are interleaved', () => {
    const message = fc.uint8Array({ maxLength: 5000 });
    fc.assert(
      fc.property(fc.array(message, { minLength: 3, maxLength: 3 }), fc.array(fc.nat(2)), (messages, order) => {
        const tracker = new DvcTracker();
        const queues = messages.map((bytes, id) => {
          tracker.open(id, `channel ${id}`);
          return dataPdus(id, bytes);
        });
        const turns = [...order, ...Array.from({ length: 15 }, (_, index) => index % 3)];
        for (const id of turns) {
          const pdu = queues[id]?.shift();
          if (pdu === undefined) continue;
          const whole = tracker.push(pdu);
          expect(whole !== null).toBe(queues[id]?.length === 0);
          if (whole !== null) expect(Buffer.compare(whole, messages[id] ?? hex(''))).toBe(0);
        }
        expect(tracker.pendingBytes).toBe(0);
      }),
      { numRuns: 40 },
    );
  });

  it('do not change when the buffer that a part came in is written to again', () => {
    const tracker = new DvcTracker();
    tracker.open(1, 'a');
    const buffer = hex('0102');
    expect(tracker.push(first(1, 4, buffer))).toBeNull();
    buffer.fill(9);
    expect(tracker.push(part(1, hex('0304')))).toEqual(hex('01020304'));
  });

  it('are refused on channels that are not open, and compressed', () => {
    const tracker = new DvcTracker();
    expect(codeOf(() => tracker.push(part(1, hex('00'))))).toBe('invalid');
    tracker.open(1, 'a');
    expect(tracker.name(1)).toBe('a');
    expect(codeOf(() => tracker.push(part(1, hex('00'), true)))).toBe('unsupported');
    tracker.close(1);
    expect(tracker.name(1)).toBeNull();
    expect(codeOf(() => tracker.push(part(1, hex('00'))))).toBe('invalid');
  });

  it('may not hold more than was announced, nor begin within another', () => {
    const tracker = new DvcTracker();
    tracker.open(1, 'a');
    expect(codeOf(() => tracker.push(first(1, 1, hex('0102'))))).toBe('invalid');
    tracker.push(first(1, 3, hex('01')));
    expect(codeOf(() => tracker.push(part(1, hex('020304'))))).toBe('invalid');
    tracker.push(first(1, 3, hex('01')));
    expect(codeOf(() => tracker.push(first(1, 3, hex('01'))))).toBe('invalid');
    // After an error the next message begins afresh.
    expect(tracker.push(part(1, hex('aa')))).toEqual(hex('aa'));
    expect(tracker.pendingBytes).toBe(0);
  });

  it('are bounded one by one, together, and in their channels', () => {
    const tracker = new DvcTracker({ maxChannels: 2, maxMessageBytes: 100, maxPendingBytes: 120 });
    tracker.open(1, 'a');
    tracker.open(2, 'b');
    expect(codeOf(() => tracker.open(3, 'c'))).toBe('limit');
    expect(codeOf(() => tracker.push(first(1, 101, hex('00'))))).toBe('limit');
    tracker.push(first(1, 100, new Uint8Array(80)));
    expect(codeOf(() => tracker.push(first(2, 100, new Uint8Array(41))))).toBe('limit');
    expect(tracker.pendingBytes).toBe(80);
    // The same id again is another channel: what was begun is gone.
    tracker.open(1, 'a');
    expect(tracker.pendingBytes).toBe(0);
    expect(tracker.push(first(2, 100, new Uint8Array(41)))).toBeNull();
  });

  it('take no memory for what a length promises', () => {
    const tracker = new DvcTracker();
    for (let id = 0; id < 200; id++) {
      tracker.open(id, 'a');
      expect(tracker.push(first(id, 64 * 1024 * 1024, hex('01')))).toBeNull();
    }
    expect(tracker.pendingBytes).toBe(200);
  });
});
