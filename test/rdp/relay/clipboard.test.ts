import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChannelUse } from '../../../src/contract/channel-policy.js';
import {
  CB_RESPONSE_FAIL,
  CB_RESPONSE_OK,
  ClipboardMessage,
  encodeClipboardMessage,
} from '../../../src/rdp/clipboard/clipboard-header.js';
import { Writer } from '../../../src/rdp/wire/writer.js';
import { bytesFromUtf16 } from '../../../src/rdp/connection/text.js';
import {
  capabilities,
  CF_UNICODETEXT,
  contentsRequest,
  contentsResponse,
  EMPTY_LIST,
  fileList,
  FILES,
  formatList,
  lock,
  monitorReady,
  OFFER,
  request,
  response,
  text,
  unlock,
} from './clipboard-messages.js';
import { ChannelTalk, chunksOf, CLIPRDR, give, relayAllowing, sha256 } from './static-support.js';
import { endOf, sentTo, type Side } from './support.js';

const BOTH: readonly ChannelUse[] = ['clipboard-to-target', 'clipboard-to-client'];
const WAYS = [
  ['clipboard-to-target', 'client', 'target', 'to-target'],
  ['clipboard-to-client', 'target', 'client', 'to-client'],
] as const;

/** A talk in which both sides have long format names and the owner has offered its clipboard. */
function talk(uses: readonly ChannelUse[], owner: Side, recorded = true): ChannelTalk {
  const channel = new ChannelTalk(relayAllowing(uses, recorded), CLIPRDR);
  channel.say('target', capabilities);
  channel.say('target', monitorReady);
  channel.say('client', capabilities);
  channel.say(owner, OFFER);
  return channel;
}

describe.each(WAYS)('%s', (use, owner, reader, direction) => {
  it.each([true, false])('passes what is copied when it is allowed, and says what (recorded: %s)', (recorded) => {
    const channel = talk([use], owner, recorded);
    const data = text('what was copied '.repeat(500));
    expect(channel.say(reader, request(CF_UNICODETEXT))[owner]).toEqual([request(CF_UNICODETEXT)]);
    expect(channel.say(owner, response(data))[reader]).toEqual([response(data)]);
    expect(channel.events).toEqual([
      {
        kind: 'clipboard',
        data: {
          direction,
          action: 'copied',
          format: 'CF_UNICODETEXT',
          sizeBytes: data.length,
          sha256: sha256(data),
        },
      },
    ]);
  });

  it.each([
    ['Zeile 1\r\n\u202eZeile\u0007 2', 'Zeile 1\r\n\u{fffd}Zeile\u{fffd} 2'],
    ['x'.repeat(3000), `${'x'.repeat(2048)}…`],
    ['', ''],
  ])('says the beginning of a copied text itself where that is asked for, fit to be shown', (copied, said) => {
    const relay = relayAllowing([use], true, { keepsClipboardText: true });
    const channel = new ChannelTalk(relay, CLIPRDR);
    channel.say('target', capabilities);
    channel.say('target', monitorReady);
    channel.say('client', capabilities);
    channel.say(owner, OFFER);
    channel.say(reader, request(CF_UNICODETEXT));
    channel.say(owner, response(text(copied)));
    channel.say(reader, request(0xc001));
    channel.say(owner, response(text('<b>not text</b>')));
    expect(channel.events.map(({ data }) => data['text'])).toEqual([said, undefined]);
  });

  it('keeps from the target what a client says before it is ready: not every target has a clipboard', () => {
    const channel = new ChannelTalk(relayAllowing(BOTH), CLIPRDR);
    expect(channel.say('client', OFFER)).toEqual({ client: [], target: [] });
    expect(channel.say('target', monitorReady).client).toEqual([monitorReady]);
    expect(channel.say('client', OFFER).target).toEqual([OFFER]);
    expect(channel.events).toEqual([]);
  });

  it('is withheld when only the other way is allowed: an empty list, a refusal, and no content', () => {
    const other = BOTH.filter((each) => each !== use);
    const channel = new ChannelTalk(relayAllowing(other), CLIPRDR);
    channel.say('target', capabilities);
    channel.say('target', monitorReady);
    channel.say('client', capabilities);
    expect(channel.say(owner, OFFER)).toEqual({ [owner]: [], [reader]: [EMPTY_LIST] });
    expect(channel.events).toEqual([
      {
        kind: 'clipboard',
        data: { direction, action: 'withheld', format: 'CF_UNICODETEXT | HTML Format | FileGroupDescriptorW' },
      },
    ]);
    const refusal = response(new Uint8Array(0), CB_RESPONSE_FAIL);
    expect(channel.say(reader, request(CF_UNICODETEXT))).toEqual({ [owner]: [], [reader]: [refusal] });
    const range = { streamId: 7, lindex: 0, position: 0, bytes: 100 };
    const [answer] = channel.say(reader, contentsRequest(range))[reader];
    expect(answer?.subarray(0, 12)).toEqual(
      encodeClipboardMessage(ClipboardMessage.fileContentsResponse, CB_RESPONSE_FAIL, new Writer().u32(7).finish()),
    );
    for (const secret of [response(text('secret')), contentsResponse(7, text('secret'))]) {
      expect(channel.say(owner, secret)).toEqual({ client: [], target: [] });
    }
    // The way that is allowed works meanwhile.
    channel.say(reader, OFFER);
    expect(channel.say(owner, request(CF_UNICODETEXT))[reader]).toHaveLength(1);
    expect(channel.say(reader, response(text('public')))[owner]).toEqual([response(text('public'))]);
  });

  it('says of copied files their names, and of each file its content', () => {
    const channel = talk([use], owner);
    const content = Uint8Array.from({ length: 5000 }, (_, at) => at);
    const list = fileList([
      ['one.txt', 5000],
      ['folder\\two\u202etxt.exe', 3],
    ]);
    channel.say(reader, request(FILES));
    channel.say(owner, response(list));
    for (const [position, bytes] of [
      [0, 3000],
      [3000, 2000],
    ] as const) {
      channel.say(reader, contentsRequest({ streamId: 1, lindex: 0, position, bytes }));
      channel.say(owner, contentsResponse(1, content.subarray(position, position + bytes)), 100);
    }
    expect(channel.events.map(({ data }) => data)).toEqual([
      {
        direction,
        action: 'copied',
        format: 'files',
        sizeBytes: list.length,
        sha256: sha256(list),
        fileCount: 2,
        // A mark that turns the direction of text would make a name look like another.
        fileNames: 'one.txt | folder\\two\ufffdtxt.exe',
      },
      {
        direction,
        action: 'file',
        format: 'file contents',
        fileName: 'one.txt',
        sizeBytes: 5000,
        sha256: sha256(content),
        fileSizeBytes: 5000,
        complete: true,
      },
    ]);
  });

  it('says of a file that did not come to its end that it is not complete', () => {
    const channel = talk([use], owner);
    channel.say(reader, request(FILES));
    channel.say(owner, response(fileList([['locked.txt', 10]])));
    channel.say(reader, lock(5));
    channel.say(reader, contentsRequest({ streamId: 1, lindex: 0, position: 0, bytes: 4, clipDataId: 5 }));
    channel.say(owner, contentsResponse(1, text('a')));
    // Locked files outlive what the clipboard holds.
    channel.say(owner, OFFER);
    const before = channel.events.length;
    channel.say(reader, unlock(5));
    expect(channel.events.slice(before).map(({ data }) => data)).toMatchObject([
      { action: 'file', fileName: 'locked.txt', sizeBytes: 4, complete: false },
    ]);
  });
});

describe('the clipboard channel', () => {
  it('writes down at the end what was on its way', () => {
    const relay = relayAllowing(BOTH);
    const channel = new ChannelTalk(relay, CLIPRDR);
    channel.say('target', monitorReady);
    channel.say('client', OFFER);
    channel.say('target', contentsRequest({ streamId: 1, lindex: 4, position: 0, bytes: 4 }));
    channel.say('client', contentsResponse(1, Uint8Array.of(1, 2, 3, 4)));
    channel.take(relay.close());
    expect(channel.events.at(-1)?.data).toMatchObject({ action: 'file', fileName: 'unknown', sizeBytes: 4 });
  });

  it('puts no answer of its own into the middle of a message', () => {
    const relay = relayAllowing(['clipboard-to-target']);
    const channel = new ChannelTalk(relay, CLIPRDR);
    channel.say('target', monitorReady);
    channel.say('client', OFFER);
    const asked = chunksOf('target', CLIPRDR, encodeClipboardMessage(3, CB_RESPONSE_OK, new Uint8Array(100)), 80);
    const [first, second] = asked;
    if (first === undefined || second === undefined) throw new Error('two chunks');
    const refused = chunksOf('client', CLIPRDR, request(CF_UNICODETEXT))[0];
    const outputs = [
      ...give(relay, 'target', first),
      ...give(relay, 'client', refused ?? new Uint8Array(0)),
      ...give(relay, 'target', second),
    ];
    expect(sentTo('client', outputs)).toHaveLength(3);
    const { client } = channel.take(outputs);
    expect(client.map((message) => message[0])).toEqual([
      ClipboardMessage.formatListResponse,
      ClipboardMessage.formatDataResponse,
    ]);
  });

  it('never shows content or names of a withheld way to the other side, however it is cut', () => {
    const secret = 'SECRET';
    const message = fc.oneof(
      fc.constant(formatList([[0xc002, secret]])),
      fc.constant(response(text(secret))),
      fc.constant(contentsResponse(1, text(secret))),
      fc
        .record({ type: fc.integer({ min: 12, max: 0xffff }) })
        .map(({ type }) => encodeClipboardMessage(type, 0, text(secret))),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(message, fc.integer({ min: 1, max: 40 })), { maxLength: 6 }), (messages) => {
        const channel = new ChannelTalk(relayAllowing(['clipboard-to-client']), CLIPRDR);
        channel.say('target', capabilities);
        channel.say('target', monitorReady);
        channel.say('client', capabilities);
        const needle = Buffer.from(bytesFromUtf16(secret));
        for (const [bytes, chunkBytes] of messages) {
          for (const got of channel.say('client', bytes, chunkBytes).target) {
            expect(Buffer.from(got).includes(needle)).toBe(false);
          }
        }
      }),
    );
  });

  it('ends the session for bytes that make up no message, and for too long a list', () => {
    for (const bytes of [Uint8Array.of(2, 0, 0), encodeClipboardMessage(2, 0, new Uint8Array(300_000))]) {
      const relay = relayAllowing(BOTH);
      new ChannelTalk(relay, CLIPRDR).say('target', monitorReady);
      const ends = chunksOf('client', CLIPRDR, bytes).map((frame) => endOf(give(relay, 'client', frame)));
      expect(ends.find((end) => end !== undefined)?.reason).toBe('client-protocol-error');
    }
  });

  it('takes whatever either side says without an error of its own', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(
            fc.constantFrom<Side>('client', 'target'),
            fc.integer({ min: 0, max: 12 }),
            fc.integer({ min: 0, max: 3 }),
            fc.uint8Array({ maxLength: 60 }),
          ),
          { maxLength: 12 },
        ),
        (messages) => {
          const relay = relayAllowing(BOTH);
          new ChannelTalk(relay, CLIPRDR).say('target', monitorReady);
          for (const [side, type, flags, data] of messages) {
            for (const frame of chunksOf(side, CLIPRDR, encodeClipboardMessage(type, flags, data))) {
              give(relay, side, frame);
            }
          }
          relay.close();
        },
      ),
    );
  });
});
