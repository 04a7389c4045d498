/**
 * Found by the fuzzer: one side ended a paste, or closed a file, while a piece of it came from the other side in chunks. Its
 * hash was taken then, and the next chunk threw an error that is no DecodeError. It ends now when the piece has passed.
 */
import { describe, expect, it } from 'vitest';
import { DeviceFunction } from '../../src/rdp/drives/device-io.js';
import type { Relay } from '../../src/rdp/relay/relay.js';
import { Writer } from '../../src/rdp/wire/writer.js';
import * as clipboard from '../rdp/relay/clipboard-messages.js';
import * as devices from '../rdp/relay/device-messages.js';
import { ChannelTalk, chunksOf, CLIPRDR, give, RDPDR, relayAllowing, sha256 } from '../rdp/relay/static-support.js';
import type { Side } from '../rdp/relay/support.js';

const CONTENT = Uint8Array.from({ length: 300 }, (_, at) => at);

interface Overtaken {
  readonly relay: Relay;
  readonly talk: ChannelTalk;
  readonly channelId: number;
}

/** `from` says `message` in chunks; the other side says `within` before the last of them. */
function overtake({ relay, talk, channelId }: Overtaken, from: Side, message: Uint8Array, within: Uint8Array): void {
  const frames = chunksOf(from, channelId, message, 100);
  for (const frame of frames.slice(0, -1)) talk.take(give(relay, from, frame));
  talk.say(from === 'client' ? 'target' : 'client', within);
  expect(talk.events).toEqual([]);
  const got = talk.take(give(relay, from, frames.at(-1) ?? new Uint8Array(0)));
  expect(got[from === 'client' ? 'target' : 'client']).toEqual([message]);
}

function pasting(): Overtaken {
  const relay = relayAllowing(['clipboard-to-target']);
  const talk = new ChannelTalk(relay, CLIPRDR);
  talk.say('target', clipboard.monitorReady);
  talk.say('client', clipboard.OFFER);
  talk.say('target', clipboard.lock(5));
  talk.say('target', clipboard.contentsRequest({ streamId: 1, lindex: 0, position: 0, bytes: 300, clipDataId: 5 }));
  return { relay, talk, channelId: CLIPRDR };
}

/** File 7 is open on drive 1, and asked to be closed. */
function writing(): Overtaken {
  const relay = relayAllowing(['drives']);
  const talk = new ChannelTalk(relay, RDPDR);
  talk.say('client', devices.announce([devices.DRIVE]));
  talk.say('target', devices.ask(1, 0, 1, DeviceFunction.create, devices.create('\\a.txt')));
  talk.say('client', devices.answer(1, 1, new Writer().u32(7).u8(1).finish()));
  talk.say('target', devices.ask(1, 7, 2, DeviceFunction.close));
  talk.events.length = 0;
  return { relay, talk, channelId: RDPDR };
}

const WRITE = devices.ask(1, 7, 3, DeviceFunction.write, devices.range(CONTENT.length, 0, CONTENT));
const CLOSED = devices.answer(1, 2, new Uint8Array(4));
const FIGURES = { sizeBytes: CONTENT.length, sha256: sha256(CONTENT) };

describe('content that is closed while it passes', () => {
  it('is on record as a paste, once and whole, when its range has passed', () => {
    const started = pasting();
    overtake(started, 'client', clipboard.contentsResponse(1, CONTENT), clipboard.unlock(5));
    expect(started.talk.events.map(({ data }) => data)).toMatchObject([{ action: 'file', ...FIGURES }]);
    expect(started.relay.close()).toEqual([]);
  });

  it('is on record as a file, once and whole, when its write has passed', () => {
    const started = writing();
    overtake(started, 'target', WRITE, CLOSED);
    expect(started.talk.events.map(({ data }) => data)).toMatchObject([{ action: 'written', ...FIGURES }]);
    expect(started.relay.close()).toEqual([]);
  });

  it.each([
    ['paste', pasting, 'client', clipboard.contentsResponse(1, CONTENT), clipboard.unlock(5)],
    ['file', writing, 'target', WRITE, CLOSED],
  ] as const)('is on record as a %s as far as it came when the session ends before', (_, start, from, message, end) => {
    const { relay, talk, channelId } = start();
    const [first] = chunksOf(from, channelId, message, 100);
    talk.take(give(relay, from, first ?? new Uint8Array(0)));
    talk.say(from === 'client' ? 'target' : 'client', end);
    talk.take(relay.close());
    expect(talk.events).toHaveLength(1);
    const sizeBytes = Number(talk.events[0]?.data['sizeBytes']);
    expect(sizeBytes).toBeGreaterThan(0);
    expect(sizeBytes).toBeLessThan(CONTENT.length);
  });
});
