/**
 * The clipboard channel, [MS-RDPECLIP], each way by itself. What may not be pasted is offered as an empty list, requests
 * for it are answered with a failure, and contents that come all the same go nowhere. What passes is counted and hashed.
 */
import type { TraceEvent } from '../../../contract/trace.js';
import { CB_USE_LONG_FORMAT_NAMES, decodeClipboardFlags } from '../../clipboard/clipboard-capabilities.js';
import {
  CB_ASCII_NAMES,
  CB_RESPONSE_FAIL,
  CLIPBOARD_HEADER_BYTES,
  type ClipboardHeader,
  ClipboardMessage,
  decodeClipboardHeader,
  encodeClipboardMessage,
} from '../../clipboard/clipboard-header.js';
import { decodeFileContentsRequest, refuseFileContents } from '../../clipboard/file-contents.js';
import { type ClipboardFile, decodeFileList } from '../../clipboard/file-list.js';
import { type ClipboardFormat, decodeFormatList, type FormatNames } from '../../clipboard/format-list.js';
import { DecodeError } from '../../wire/errors.js';
import { MAX_CLIPBOARD_FILE_LIST_BYTES, MAX_CLIPBOARD_MESSAGE_BYTES } from '../../wire/limits.js';
import { Reader } from '../../wire/reader.js';
import type { Leg } from '../output.js';
import { type ChannelFilter, PASS, type Treatment, type Verdict, WITHHOLD } from './channel-filter.js';
import { ClipboardOwner } from './clipboard-owner.js';
import { type CreateContentHash, PassingContent } from './content-hash.js';
import { CopiedText } from './copied-text.js';

/** Which ways content may take. */
export interface ClipboardWays {
  readonly toTarget: boolean;
  readonly toClient: boolean;
  /** Whether events hold the text itself that was copied. */
  readonly keepsText: boolean;
}

/** Bytes behind the data that mean nothing: servers fill up to some boundary. */
const MAX_PADDING_BYTES = 16;
const STREAM_ID_BYTES = 4;
const NO_DATA = new Uint8Array(0);
const UNCHANGED: Verdict = { forward: 'unchanged' };

export class ClipboardFilter implements ChannelFilter {
  /** By the side whose clipboard it is. */
  readonly #owners: { readonly [Side in Leg]: ClipboardOwner };
  readonly #allowed: { readonly [Side in Leg]: boolean };
  readonly #createHash: CreateContentHash;
  readonly #keepsText: boolean;
  readonly #flags: { [Side in Leg]: number } = { client: 0, target: 0 };
  /** The target has said that it listens, 1.3.2.1. */
  #targetReady = false;

  constructor({ toTarget, toClient, keepsText }: ClipboardWays, createHash: CreateContentHash) {
    this.#allowed = { client: toTarget, target: toClient };
    this.#createHash = createHash;
    this.#keepsText = keepsText;
    this.#owners = {
      client: new ClipboardOwner('to-target', createHash),
      target: new ClipboardOwner('to-client', createHash),
    };
  }

  begin(from: Leg, head: Uint8Array, sizeBytes: number): Treatment {
    const reader = new Reader(head, 'ClipboardMessage');
    const header = decodeClipboardHeader(reader);
    const behind = sizeBytes - CLIPBOARD_HEADER_BYTES - header.dataLen;
    if (behind < 0 || behind > MAX_PADDING_BYTES) throw reader.error('invalid', 'dataLen');
    this.#targetReady ||= from === 'target' && header.msgType === ClipboardMessage.monitorReady;
    // Clients that speak too soon are cut off by targets that have no clipboard. They begin anew when a target is ready.
    if (!this.#targetReady && from === 'client') return WITHHOLD;
    switch (header.msgType) {
      case ClipboardMessage.formatList:
      case ClipboardMessage.formatDataRequest:
      case ClipboardMessage.capabilities:
      case ClipboardMessage.fileContentsRequest:
      case ClipboardMessage.lock:
      case ClipboardMessage.unlock:
        return { kind: 'collect', limitBytes: MAX_CLIPBOARD_MESSAGE_BYTES };
      case ClipboardMessage.formatDataResponse:
        return this.#formatData(from, header, sizeBytes);
      case ClipboardMessage.fileContentsResponse:
        return this.#fileContents(from, header, reader);
      case ClipboardMessage.monitorReady:
      case ClipboardMessage.formatListResponse:
        return PASS;
      case ClipboardMessage.temporaryDirectory:
        // Files that go to the client are put there.
        return this.#allowed.target ? PASS : WITHHOLD;
      default:
        // What is not known may carry content.
        return WITHHOLD;
    }
  }

  whole(from: Leg, message: Uint8Array): Verdict {
    const reader = new Reader(message, 'ClipboardMessage');
    const { msgType, msgFlags, dataLen } = decodeClipboardHeader(reader);
    const data = reader.sub(dataLen, 'ClipboardMessage');
    switch (msgType) {
      case ClipboardMessage.formatList:
        return this.#formatList(from, data, msgFlags);
      case ClipboardMessage.formatDataRequest:
        return this.#formatDataRequest(from, data.u32());
      case ClipboardMessage.fileContentsRequest:
        return this.#fileContentsRequest(from, data);
      case ClipboardMessage.lock:
        this.#owners[other(from)].lock(data.u32());
        return UNCHANGED;
      case ClipboardMessage.unlock:
        return { forward: 'unchanged', events: this.#owners[other(from)].unlock(data.u32()) };
      case ClipboardMessage.formatDataResponse:
        return this.#fileList(from, data);
      default:
        this.#flags[from] = decodeClipboardFlags(data);
        return UNCHANGED;
    }
  }

  close(): readonly TraceEvent[] {
    return [...this.#owners.client.close(), ...this.#owners.target.close()];
  }

  #formatList(from: Leg, data: Reader, msgFlags: number): Verdict {
    const owner = this.#owners[from];
    const formats = readable(() => decodeFormatList(data, this.#namesOf(msgFlags))) ?? [];
    const events = owner.offers(formats);
    if (this.#allowed[from]) return { forward: 'unchanged', events };
    const forward = encodeClipboardMessage(ClipboardMessage.formatList, msgFlags, NO_DATA);
    if (formats.length > 0) events.push(owner.withheld(formats.map(({ formatId }) => owner.labelOf(formatId))));
    return { forward, events };
  }

  #namesOf(msgFlags: number): FormatNames {
    if ((this.#flags.client & this.#flags.target & CB_USE_LONG_FORMAT_NAMES) !== 0) return 'long';
    return (msgFlags & CB_ASCII_NAMES) !== 0 ? 'short-ascii' : 'short-unicode';
  }

  #formatDataRequest(from: Leg, formatId: number): Verdict {
    const owner = this.#owners[other(from)];
    if (this.#allowed[other(from)]) {
      owner.asked(formatId);
      return UNCHANGED;
    }
    const answer = encodeClipboardMessage(ClipboardMessage.formatDataResponse, CB_RESPONSE_FAIL, NO_DATA);
    return { forward: null, answer, events: [owner.withheld([owner.labelOf(formatId)])] };
  }

  #fileContentsRequest(from: Leg, data: Reader): Verdict {
    const owner = this.#owners[other(from)];
    const request = decodeFileContentsRequest(data);
    if (this.#allowed[other(from)]) {
      owner.askedFile(request);
      return UNCHANGED;
    }
    return { forward: null, answer: refuseFileContents(request.streamId), events: [owner.withheld(['file contents'])] };
  }

  #formatData(from: Leg, { msgFlags, dataLen }: ClipboardHeader, sizeBytes: number): Treatment {
    const owner = this.#owners[from];
    if (!this.#allowed[from]) return WITHHOLD;
    const label = owner.answered();
    if ((msgFlags & CB_RESPONSE_FAIL) !== 0 && dataLen === 0) return PASS;
    if (owner.isFileList(label) && sizeBytes <= MAX_CLIPBOARD_FILE_LIST_BYTES) {
      return { kind: 'collect', limitBytes: MAX_CLIPBOARD_FILE_LIST_BYTES };
    }
    const content = new PassingContent(this.#createHash);
    const text = this.#keepsText ? CopiedText.of(label) : null;
    return watch(CLIPBOARD_HEADER_BYTES, dataLen, {
      data: (bytes) => {
        content.add(bytes);
        text?.add(bytes);
      },
      done: () => [owner.copied(label, content, text)],
    });
  }

  #fileList(from: Leg, data: Reader): Verdict {
    const content = new PassingContent(this.#createHash);
    content.add(data.data.subarray(data.offset, data.offset + data.remaining));
    const files: readonly ClipboardFile[] | null = readable(() => decodeFileList(data));
    return { forward: 'unchanged', events: [this.#owners[from].copiedFiles(files, content)] };
  }

  #fileContents(from: Leg, { msgFlags, dataLen }: ClipboardHeader, reader: Reader): Treatment {
    if (!this.#allowed[from]) return WITHHOLD;
    const owner = this.#owners[from];
    const request = owner.answeredFile(reader.u32());
    const rangeBytes = dataLen - STREAM_ID_BYTES;
    if (rangeBytes <= 0 || request?.asks === 'size') return PASS;
    if (request === null) return WITHHOLD;
    if ((msgFlags & CB_RESPONSE_FAIL) !== 0) return WITHHOLD;
    return watch(CLIPBOARD_HEADER_BYTES + STREAM_ID_BYTES, rangeBytes, owner.range(request, rangeBytes));
  }
}

/** Reads along `sizeBytes` bytes from `skipBytes` on; what follows them is padding. */
function watch(
  skipBytes: number,
  sizeBytes: number,
  reads: { data: (bytes: Uint8Array) => void; done: () => readonly TraceEvent[] },
): Treatment {
  let left = sizeBytes;
  const data = (bytes: Uint8Array): void => {
    const part = bytes.subarray(0, left);
    left -= part.length;
    if (part.length > 0) reads.data(part);
  };
  return { kind: 'watch', skipBytes, data, done: reads.done };
}

/** What names say is for the event track only: a list that cannot be read is no reason to end the session. */
function readable<T extends readonly ClipboardFormat[] | readonly ClipboardFile[]>(decode: () => T): T | null {
  try {
    return decode();
  } catch (error) {
    if (error instanceof DecodeError) return null;
    throw error;
  }
}

function other(leg: Leg): Leg {
  return leg === 'client' ? 'target' : 'client';
}
