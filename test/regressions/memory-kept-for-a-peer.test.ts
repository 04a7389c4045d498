/**
 * Found while the static channels were made subjects of the fuzzer: a collected message in chunks of one byte was kept in
 * hundreds of times its size, and 4,096 unanswered requests kept a path of up to a megabyte each.
 */
import { describe, expect, it } from 'vitest';
import { ClipboardMessage, encodeClipboardMessage } from '../../src/rdp/clipboard/clipboard-header.js';
import { decodeCreatePath, DeviceFunction } from '../../src/rdp/drives/device-io.js';
import { MAX_COLLECTED_CHUNKS, MAX_KEPT_PATH_BYTES } from '../../src/rdp/wire/limits.js';
import { Reader } from '../../src/rdp/wire/reader.js';
import { announce, ask, create, DRIVE } from '../rdp/relay/device-messages.js';
import { monitorReady } from '../rdp/relay/clipboard-messages.js';
import { ChannelTalk, chunksOf, CLIPRDR, give, RDPDR, relayAllowing } from '../rdp/relay/static-support.js';
import { endOf } from '../rdp/relay/support.js';

describe('what is kept for a peer', () => {
  it('is no more chunks than a message has: the session ends at one too many', () => {
    const relay = relayAllowing(['clipboard-to-target']);
    new ChannelTalk(relay, CLIPRDR).say('target', monitorReady);
    const list = encodeClipboardMessage(ClipboardMessage.formatList, 0, new Uint8Array(MAX_COLLECTED_CHUNKS));
    const frames = chunksOf('client', CLIPRDR, list, 1);
    const end = frames.findIndex((frame) => endOf(give(relay, 'client', frame)) !== undefined);
    expect(end).toBe(MAX_COLLECTED_CHUNKS);
  });

  it('is the beginning of a long path, which passes whole', () => {
    const path = `\\${'long'.repeat(10_000)}`;
    const kept = decodeCreatePath(new Reader(create(path), 'test'));
    expect(kept).toBe(path.slice(0, MAX_KEPT_PATH_BYTES / 2));
    const talk = new ChannelTalk(relayAllowing(['drives']), RDPDR);
    talk.say('client', announce([DRIVE]));
    const asked = ask(1, 0, 1, DeviceFunction.create, create(path));
    expect(talk.say('target', asked).client).toEqual([asked]);
  });
});
