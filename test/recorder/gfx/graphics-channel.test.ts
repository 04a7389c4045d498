import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeDvcPdu } from '../../../src/rdp/dvc/dvc-pdu.js';
import { TraceRecordKind } from '../../../src/contract/trace.js';
import { gfxPdu } from '../../rdp/gfx/arbitraries.js';
import { record } from '../picture/records.js';
import {
  apply,
  BLUE,
  CHANNEL,
  channelRecord,
  CONFIRM,
  CREATE,
  END,
  fill,
  map,
  message,
  pixel,
  rawMessage,
  rect,
  RED,
  say,
  solid,
  START,
  started,
  surface,
} from './support.js';

describe('the channel', () => {
  it('begins anew when the client has asked for it: surfaces and caches are gone', () => {
    const picture = started();
    say(picture, START, CONFIRM);
    expect(say(picture, fill(1, RED, rect(0, 0, 1, 1))).drops).toMatchObject([{ reason: 'invalid: surface' }]);
    // The frame that was begun is not one any more.
    expect(say(picture, surface(1, 10, 10), map(1), fill(1, RED, rect(0, 0, 1, 1))).changed).toBe(true);
  });

  it('begins anew when it is opened again', () => {
    const picture = started();
    picture.apply(CREATE);
    expect(say(picture, CONFIRM, fill(1, RED, rect(0, 0, 1, 1))).drops).toMatchObject([{ reason: 'invalid: surface' }]);
  });

  it('tells of versions that are not followed', () => {
    const picture = started();
    const capsSet = { kind: 'unknown', version: 0x000b_0000, capsData: new Uint8Array(4) } as const;
    expect(say(picture, { kind: 'capsConfirm', capsSet }).drops).toMatchObject([
      { reason: 'unsupported: capsConfirm' },
    ]);
  });

  it('accounts for a message in parts with the record that completes it', () => {
    const picture = started();
    const records = message(START, solid(1, rect(0, 0, 100, 80), RED), END);
    expect(records.length).toBeGreaterThan(10);
    const bytes = records.reduce((sum, { payload }) => sum + payload.length, 0);
    for (const one of records.slice(0, -1)) {
      expect(picture.apply(one)).toEqual({ pdus: 0, bytes: 0, changed: false, drops: [] });
    }
    expect(picture.apply(records.at(-1) ?? CREATE)).toEqual({
      pdus: records.length,
      bytes,
      changed: true,
      drops: [],
    });
  });

  const unfinished = () => {
    const records = message(solid(1, rect(0, 0, 100, 80), RED)).slice(0, 5);
    return { records, bytes: records.reduce((sum, { payload }) => sum + payload.length, 0) };
  };

  it('accounts for a message that never ends when the channel is closed or opened again', () => {
    const close = channelRecord(encodeDvcPdu({ kind: 'close', cbId: 0, sp: 0, channelId: CHANNEL }));
    for (const last of [close, CREATE]) {
      const picture = started();
      const { records, bytes } = unfinished();
      apply(picture, records);
      expect(picture.apply(last)).toMatchObject({
        pdus: 6,
        bytes: bytes + last.payload.length,
        drops: [{ codec: 'graphics channel', reason: 'truncated: message', pdus: 5, bytes, area: null }],
      });
    }
  });

  it('accounts for a message that the end of the part cuts off: no client could show it, so it is no loss', () => {
    const picture = started();
    const { records, bytes } = unfinished();
    apply(picture, records);
    const end = record(TraceRecordKind.end, Buffer.from('{"reason":"x","pdus":0,"bytes":0}'));
    expect(picture.apply(end)).toEqual({ pdus: 5, bytes, changed: false, drops: [] });
  });

  it('cannot go on after a loss that later messages may refer to', () => {
    const picture = started();
    const broken = channelRecord(
      encodeDvcPdu({ kind: 'data', cbId: 0, sp: 0, compressed: false, channelId: CHANNEL, data: Uint8Array.of(0xe5) }),
    );
    expect(picture.apply(broken).drops).toMatchObject([{ codec: 'zgfx', pdus: 1, context: 'zgfx' }]);
    const stray = channelRecord(Uint8Array.of(0x30, 77, 1));
    expect(picture.apply(stray).drops).toMatchObject([{ codec: 'graphics channel', pdus: 1, context: 'zgfx' }]);
  });
});

describe('hostile messages', () => {
  it('may not draw more than some desktops', () => {
    const picture = started();
    const everything = rect(0, 0, 100, 80);
    const many = Array.from({ length: 4000 }, () => everything);
    // Neither was all of it drawn, nor is there anything left to show it with.
    const { drops } = say(picture, fill(1, RED, ...many));
    expect(drops.map(({ reason }) => reason)).toEqual(['limit: graphicsMessage', 'limit: graphicsMessage']);
    // The next one may draw again, and what was left is shown.
    expect(say(picture, fill(1, BLUE, everything)).drops).toEqual([]);
    expect(pixel(picture, 0, 0)).toBe(BLUE);
  });

  it('may not run through empty rectangles, points, frames or surfaces without end', () => {
    const picture = started();
    const nothing = Array.from({ length: 60_000 }, () => rect(0, 0, 0, 0));
    expect(say(picture, fill(1, RED, ...nothing)).drops).toMatchObject([{ reason: 'limit: graphicsMessage' }]);
    const surfaces = Array.from({ length: 2000 }, () => surface(5, 1000, 1000));
    expect(say(picture, ...surfaces).drops).toMatchObject([{ reason: 'limit: graphicsMessage' }]);
    say(picture, CONFIRM, surface(1, 100, 80), map(1));
    const frames = Array.from({ length: 3000 }, () => [fill(1, RED, rect(0, 0, 100, 80)), START, END]).flat();
    expect(say(picture, ...frames).drops.map(({ reason }) => reason)).toContain('limit: graphicsMessage');
  });

  it('may not take more memory than all surfaces together may have', () => {
    const picture = started();
    const reasons = Array.from({ length: 300 }, (_, index) => say(picture, surface(10 + index, 8, 8)).drops[0]?.reason);
    expect(reasons.indexOf('limit: surface')).toBe(255);
    const large = started();
    say(large, { kind: 'resetGraphics', width: 8192, height: 4320, monitors: [] });
    expect(say(large, surface(2, 8193, 1)).drops).toMatchObject([{ reason: 'limit: surface' }]);
    expect(say(large, surface(2, 0, 1)).drops).toMatchObject([{ reason: 'invalid: surface' }]);
    expect(say(large, surface(2, 8192, 8192)).drops).toEqual([]);
    expect(say(large, surface(3, 8192, 8192)).drops).toMatchObject([{ reason: 'limit: surface' }]);
  });

  it('whatever they are, are counted to the last PDU and byte and throw nothing', () => {
    const pdu = fc.oneof(
      gfxPdu,
      fc.constantFrom(START, END, map(1), surface(2, 30, 30), fill(1, RED, rect(0, 0, 50, 50)), CONFIRM),
    );
    fc.assert(
      fc.property(fc.array(fc.array(pdu, { maxLength: 6 }), { maxLength: 6 }), (messages) => {
        const picture = started();
        for (const pdus of messages) {
          const records = message(...pdus);
          const applied = apply(picture, records);
          expect(applied.pdus).toBe(records.length);
          expect(applied.bytes).toBe(records.reduce((sum, { payload }) => sum + payload.length, 0));
          expect(applied.drops.reduce((sum, drop) => sum + drop.pdus, 0)).toBeLessThanOrEqual(applied.pdus);
          expect(applied.drops.reduce((sum, drop) => sum + drop.bytes, 0)).toBeLessThanOrEqual(applied.bytes);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('of any bytes throw nothing', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 8 }), fc.boolean(), (chunks, wrapped) => {
        const picture = started();
        for (const bytes of chunks) {
          for (const one of wrapped ? rawMessage(bytes) : [channelRecord(bytes)]) picture.apply(one);
        }
      }),
    );
  });
});
