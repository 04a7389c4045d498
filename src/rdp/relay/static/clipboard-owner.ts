/** One side's clipboard as the other side may paste from it: what it offers, and the contents that it gives away. */
import type { TraceEvent } from '../../../contract/trace.js';
import type { ClipboardFile } from '../../clipboard/file-list.js';
import type { FileContentsRequest } from '../../clipboard/file-contents.js';
import { FILE_LIST_FORMAT, formatLabel, type ClipboardFormat } from '../../clipboard/format-list.js';
import { DecodeError } from '../../wire/errors.js';
import { MAX_CLIPBOARD_LOCKS, MAX_CLIPBOARD_REQUESTS, MAX_CLIPBOARD_TRANSFERS } from '../../wire/limits.js';
import { type CreateContentHash, PassingContent } from './content-hash.js';
import type { CopiedText } from './copied-text.js';
import { eventName, eventNames } from './event-text.js';

export type ClipboardDirection = 'to-target' | 'to-client';

/** A file whose contents pass, range by range. */
interface Transfer {
  readonly request: FileContentsRequest;
  readonly content: PassingContent;
  readonly file: ClipboardFile | undefined;
  /** A range is on its way: an end that comes now waits until it has passed. */
  passing: boolean;
  over: boolean;
}

export class ClipboardOwner {
  readonly #direction: ClipboardDirection;
  readonly #createHash: CreateContentHash;
  readonly #formatNames = new Map<number, string>();
  /** Formats that were asked for and are not answered yet, in the order of the answers. */
  readonly #formatRequests: number[] = [];
  readonly #fileRequests = new Map<number, FileContentsRequest>();
  readonly #transfers = new Map<string, Transfer>();
  /** File lists that outlive the clipboard, by clipDataId. */
  readonly #locked = new Map<number, readonly ClipboardFile[]>();
  #files: readonly ClipboardFile[] = [];

  constructor(direction: ClipboardDirection, createHash: CreateContentHash) {
    this.#direction = direction;
    this.#createHash = createHash;
  }

  /** The owner offers something else; contents that nobody locked are not asked for any more. */
  offers(formats: readonly ClipboardFormat[]): TraceEvent[] {
    this.#formatNames.clear();
    for (const { formatId, formatName } of formats) this.#formatNames.set(formatId, formatName);
    this.#files = [];
    return this.#endTransfers((transfer) => transfer.request.clipDataId === null);
  }

  /** A format is asked for. Throws DecodeError "limit" when too many are. */
  asked(formatId: number): void {
    if (this.#formatRequests.length === MAX_CLIPBOARD_REQUESTS) {
      throw new DecodeError('limit', 'FormatDataRequest', 0, 'requests without an answer');
    }
    this.#formatRequests.push(formatId);
  }

  /** Name of the format that the next answer holds. */
  answered(): string {
    const formatId = this.#formatRequests.shift();
    return formatId === undefined ? 'unasked' : this.labelOf(formatId);
  }

  labelOf(formatId: number): string {
    return formatLabel(formatId, this.#formatNames.get(formatId) ?? '');
  }

  isFileList(label: string): boolean {
    return label === FILE_LIST_FORMAT;
  }

  /** Data of a format has passed. `text` is what the event is to say of it besides. */
  copied(label: string, content: PassingContent, text: CopiedText | null): TraceEvent {
    const { sizeBytes } = content;
    const copied = { action: 'copied', format: eventName(label), sizeBytes, sha256: content.sha256() };
    return this.#event(text === null ? copied : { ...copied, text: text.text() });
  }

  /** A list of files has passed. `files` is null when it could not be read. */
  copiedFiles(files: readonly ClipboardFile[] | null, content: PassingContent): TraceEvent {
    this.#files = files ?? [];
    const names = files === null ? {} : { fileCount: files.length, fileNames: eventNames(files.map(fileName)) };
    const { sizeBytes } = content;
    return this.#event({ action: 'copied', format: 'files', sizeBytes, sha256: content.sha256(), ...names });
  }

  withheld(labels: readonly string[]): TraceEvent {
    return this.#event({ action: 'withheld', format: eventNames(labels) });
  }

  lock(clipDataId: number): void {
    this.#locked.set(clipDataId, this.#files);
    const [oldest] = this.#locked.keys();
    if (this.#locked.size > MAX_CLIPBOARD_LOCKS && oldest !== undefined) this.#locked.delete(oldest);
  }

  unlock(clipDataId: number): TraceEvent[] {
    this.#locked.delete(clipDataId);
    return this.#endTransfers((transfer) => transfer.request.clipDataId === clipDataId);
  }

  /** Contents of a file are asked for. Throws DecodeError "limit" when too many are. */
  askedFile(request: FileContentsRequest): void {
    this.#fileRequests.set(request.streamId, request);
    if (this.#fileRequests.size > MAX_CLIPBOARD_REQUESTS) {
      throw new DecodeError('limit', 'FileContentsRequest', 0, 'requests without an answer');
    }
  }

  /** The request that an answer belongs to; null for an answer without one. */
  answeredFile(streamId: number): FileContentsRequest | null {
    const request = this.#fileRequests.get(streamId) ?? null;
    this.#fileRequests.delete(streamId);
    return request;
  }

  /** A range of a file begins to pass. Gives what takes its bytes, and what its end means. */
  range(request: FileContentsRequest, rangeBytes: number) {
    const key = `${request.clipDataId ?? 'now'}:${request.lindex}`;
    const events: TraceEvent[] = [];
    const before = this.#transfers.get(key);
    // It is read from its beginning once more: another paste.
    if (before !== undefined && request.position === 0) events.push(...this.#endTransfer(key, before));
    const transfer = this.#transfers.get(key) ?? this.#begin(key, request, events);
    transfer.content.seek(request.position);
    transfer.passing = true;
    return {
      data: (bytes: Uint8Array): void => transfer.content.add(bytes),
      done: (): TraceEvent[] => [...events, ...this.#ranged(key, transfer, request, rangeBytes)],
    };
  }

  /** Everything that was on its way. */
  close(): TraceEvent[] {
    for (const transfer of this.#transfers.values()) transfer.passing = false;
    return this.#endTransfers(() => true);
  }

  #begin(key: string, request: FileContentsRequest, events: TraceEvent[]): Transfer {
    const [oldest] = this.#transfers;
    if (this.#transfers.size >= MAX_CLIPBOARD_TRANSFERS && oldest !== undefined) {
      events.push(...this.#endTransfer(...oldest));
    }
    const files = request.clipDataId === null ? this.#files : (this.#locked.get(request.clipDataId) ?? this.#files);
    const content = new PassingContent(this.#createHash);
    const transfer = { request, content, file: files[request.lindex], passing: false, over: false };
    this.#transfers.set(key, transfer);
    return transfer;
  }

  /** A file is complete at its size, or when it gives less than was asked for. */
  #ranged(key: string, transfer: Transfer, request: FileContentsRequest, rangeBytes: number): TraceEvent[] {
    transfer.passing = false;
    const size = transfer.file?.sizeBytes ?? null;
    const complete = size === null ? rangeBytes < request.cbRequested : transfer.content.nextOffset >= size;
    return complete || transfer.over ? this.#endTransfer(key, transfer) : [];
  }

  #endTransfers(which: (transfer: Transfer) => boolean): TraceEvent[] {
    return [...this.#transfers].flatMap(([key, transfer]) => (which(transfer) ? this.#endTransfer(key, transfer) : []));
  }

  #endTransfer(key: string, transfer: Transfer): TraceEvent[] {
    if (transfer.passing) {
      transfer.over = true;
      return [];
    }
    this.#transfers.delete(key);
    const { content, file } = transfer;
    const { sizeBytes, inOrder } = content;
    const size = file?.sizeBytes ?? null;
    return [
      this.#event({
        action: 'file',
        format: 'file contents',
        fileName: eventName(file?.fileName ?? 'unknown'),
        sizeBytes,
        sha256: content.sha256(),
        ...(size !== null && { fileSizeBytes: size }),
        complete: inOrder && (size === null || sizeBytes === size),
      }),
    ];
  }

  #event(data: TraceEvent['data']): TraceEvent {
    return { kind: 'clipboard', data: { direction: this.#direction, ...data } };
  }
}

function fileName(file: ClipboardFile): string {
  return file.fileName;
}
