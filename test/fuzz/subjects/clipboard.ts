/** The clipboard channel: its messages one by one, and conversations through the relay that may pass some ways only. */
import type { ChannelUse } from '../../../src/contract/channel-policy.js';
import { decodeClipboardFlags } from '../../../src/rdp/clipboard/clipboard-capabilities.js';
import {
  CB_RESPONSE_FAIL,
  CLIPBOARD_HEADER_BYTES,
  ClipboardMessage,
  decodeClipboardHeader,
  encodeClipboardMessage,
} from '../../../src/rdp/clipboard/clipboard-header.js';
import { decodeFileContentsRequest } from '../../../src/rdp/clipboard/file-contents.js';
import { decodeFileList } from '../../../src/rdp/clipboard/file-list.js';
import { decodeFormatList } from '../../../src/rdp/clipboard/format-list.js';
import type { Leg } from '../../../src/rdp/relay/output.js';
import { CLIPBOARD_CHANNEL } from '../../../src/rdp/relay/shaping/static-channels.js';
import { Reader } from '../../../src/rdp/wire/reader.js';
import * as says from '../../rdp/relay/clipboard-messages.js';
import { joined } from '../../helpers/fixture-files.js';
import { BrokenPromise, stateless, type Subject } from '../subject.js';
import { channelSubject, type Said } from './static-channels.js';

const NAMES = ['long', 'short-ascii', 'short-unicode'] as const;
const FILE_LIST = says.fileList([
  ['one.txt', 5000],
  ['folder\\two.bin', null],
]);
const STREAM_ID_BYTES = 4;

/** What the other side gets of a clipboard that it may not paste from: empty lists and refusals. */
function withheld(message: Uint8Array): void {
  const { msgType, msgFlags } = decodeClipboardHeader(new Reader(message, 'fuzz'));
  const dataBytes = message.length - CLIPBOARD_HEADER_BYTES;
  const { formatList, formatDataResponse, fileContentsResponse } = ClipboardMessage;
  const failed = (msgFlags & CB_RESPONSE_FAIL) !== 0;
  if (msgType === formatList && dataBytes > 0) throw new BrokenPromise('formats of a clipboard that is withheld');
  if (msgType === formatDataResponse && !(failed && dataBytes === 0))
    throw new BrokenPromise('content that is withheld');
  if (msgType === fileContentsResponse && !(failed && dataBytes === STREAM_ID_BYTES)) {
    throw new BrokenPromise('a file that is withheld');
  }
}

/** The owner's clipboard is pasted from: text, then a list of files, then a file in two ranges; some of it locked. */
function conversation(owner: Leg, chunkBytes: number): Said[] {
  const reader = owner === 'client' ? 'target' : 'client';
  const content = Uint8Array.from({ length: 300 }, (_, at) => at);
  const range = (position: number) =>
    says.contentsRequest({ streamId: 9, lindex: 0, position, bytes: 300, clipDataId: 5 });
  const messages: [Leg, Uint8Array][] = [
    ['target', says.capabilities],
    ['target', says.monitorReady],
    ['client', says.capabilities],
    [owner, says.OFFER],
    [reader, encodeClipboardMessage(ClipboardMessage.formatListResponse, 1, new Uint8Array(0))],
    [reader, says.request(says.CF_UNICODETEXT)],
    [owner, says.response(says.text('what was copied'))],
    [reader, says.request(says.FILES)],
    [owner, says.response(FILE_LIST)],
    [reader, says.lock(5)],
    [reader, range(0)],
    [owner, says.contentsResponse(9, content)],
    [reader, range(300)],
    [owner, says.contentsResponse(9, content.subarray(0, 100))],
    [reader, says.unlock(5)],
    [owner, says.EMPTY_LIST],
  ];
  return messages.map(([from, message]) => ({ from, message, chunkBytes }));
}

function channel(name: string, uses: readonly ChannelUse[]): Subject {
  const conversations = [1600, 100, 7].flatMap((chunkBytes) => [
    conversation('client', chunkBytes),
    conversation('target', chunkBytes),
  ]);
  return channelSubject(
    `clipboard-channel-${name}`,
    CLIPBOARD_CHANNEL,
    uses,
    conversations,
    () =>
      ({ from, message }) => {
        const use = from === 'client' ? 'clipboard-to-target' : 'clipboard-to-client';
        if (!uses.includes(use)) withheld(message);
      },
  );
}

export function clipboardSubjects(): Subject[] {
  const dataOf = (message: Uint8Array): Uint8Array => message.subarray(CLIPBOARD_HEADER_BYTES);
  const reading =
    (decode: (reader: Reader) => unknown) =>
    (input: Uint8Array): unknown =>
      decode(new Reader(input, 'fuzz'));
  const range = { streamId: 1, lindex: 0, position: 7, bytes: 100 };
  const requests = [says.contentsRequest(range), says.contentsRequest({ ...range, clipDataId: 5 })].map(dataOf);
  const lists = NAMES.map((_, index) => joined(Uint8Array.of(index), dataOf(says.OFFER), new Uint8Array(index * 36)));
  return [
    stateless('clipboard-formats', lists, (input) => {
      const names = NAMES[(input[0] ?? 0) % NAMES.length] ?? 'long';
      return decodeFormatList(new Reader(input, 'fuzz', Math.min(1, input.length)), names);
    }),
    stateless('clipboard-files', [FILE_LIST], reading(decodeFileList), { weight: 0.5 }),
    stateless('clipboard-file-request', requests, reading(decodeFileContentsRequest), { weight: 0.5 }),
    stateless('clipboard-capabilities', [dataOf(says.capabilities)], reading(decodeClipboardFlags), { weight: 0.5 }),
    channel('both', ['clipboard-to-target', 'clipboard-to-client']),
    channel('to-target', ['clipboard-to-target']),
    channel('to-client', ['clipboard-to-client']),
  ];
}
