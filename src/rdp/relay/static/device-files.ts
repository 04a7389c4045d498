/** Files that the target has open on the client's drives and printers, and what passes through each of them. */
import type { TraceEvent } from '../../../contract/trace.js';
import { MAX_OPEN_DEVICE_FILES } from '../../wire/limits.js';
import { type CreateContentHash, PassingContent } from './content-hash.js';
import { eventName } from './event-text.js';

export interface RedirectedDevice {
  readonly kind: 'drive' | 'printer' | 'port' | 'smart-card';
  readonly name: string;
}

export class DeviceFile {
  readonly #device: RedirectedDevice;
  readonly #path: string | null;
  readonly #createHash: CreateContentHash;
  #read: PassingContent | null = null;
  #written: PassingContent | null = null;
  #renamedTo: string | null = null;
  #deleted = false;

  /** @param path null for one that is not open, as far as anybody has heard: content may pass through its id all the same */
  constructor(device: RedirectedDevice, path: string | null, createHash: CreateContentHash) {
    this.#device = device;
    this.#path = path;
    this.#createHash = createHash;
  }

  /** Content that goes to the target from `offset` on. */
  read(offset: number): PassingContent {
    this.#read ??= new PassingContent(this.#createHash);
    this.#read.seek(offset);
    return this.#read;
  }

  /** Content that goes to the client; an `offset` of null appends. */
  written(offset: number | null): PassingContent {
    this.#written ??= new PassingContent(this.#createHash);
    this.#written.seek(offset ?? this.#written.nextOffset);
    return this.#written;
  }

  renamed(to: string): void {
    this.#renamedTo = to;
  }

  deleted(): void {
    this.#deleted = true;
  }

  /** What came of the file: nothing is said of one that was only looked at. */
  closed(): TraceEvent[] {
    const where = this.#path === null ? { path: '', notOpen: true } : { path: eventName(this.#path) };
    const file = { device: this.#device.kind, name: eventName(this.#device.name), ...where };
    const events: TraceEvent[] = [];
    const say = (data: TraceEvent['data']) => events.push({ kind: 'drive', data: { ...file, ...data } });
    if (this.#read !== null) say({ action: 'read', direction: 'to-target', ...figures(this.#read) });
    if (this.#written !== null) {
      const action = this.#device.kind === 'printer' ? 'printed' : 'written';
      say({ action, direction: 'to-client', ...figures(this.#written) });
    }
    if (this.#renamedTo !== null) say({ action: 'renamed', newPath: eventName(this.#renamedTo) });
    if (this.#deleted) say({ action: 'deleted' });
    return events;
  }
}

/** `inOrder` is false when pieces were skipped or repeated: the hash is then of what passed and not of the file. */
function figures(content: PassingContent) {
  return { sizeBytes: content.sizeBytes, sha256: content.sha256(), inOrder: content.inOrder };
}

/** All open files, by device and file id. */
export class DeviceFiles {
  readonly #files = new Map<string, DeviceFile>();
  /** The file that a write is on its way to. */
  #writing: DeviceFile | null = null;
  /** The same once it is closed: it is on record when the write has passed. */
  #closedEarly: DeviceFile | null = null;

  get(deviceId: number, fileId: number): DeviceFile | undefined {
    return this.#files.get(key(deviceId, fileId));
  }

  /** A write to a file begins to pass: what takes its bytes. */
  beginWrite(file: DeviceFile, offset: number | null): PassingContent {
    this.#writing = file;
    return file.written(offset);
  }

  /** The write has passed. */
  endWrite(): TraceEvent[] {
    const closed = this.#closedEarly;
    this.#writing = null;
    this.#closedEarly = null;
    return closed?.closed() ?? [];
  }

  /** The oldest is written off when there are too many. */
  open(deviceId: number, fileId: number, file: DeviceFile): TraceEvent[] {
    const events = this.close(deviceId, fileId);
    const [oldest] = this.#files;
    if (this.#files.size >= MAX_OPEN_DEVICE_FILES && oldest !== undefined) {
      this.#files.delete(oldest[0]);
      events.push(...this.#closed(oldest[1]));
    }
    this.#files.set(key(deviceId, fileId), file);
    return events;
  }

  close(deviceId: number, fileId: number): TraceEvent[] {
    const file = this.#files.get(key(deviceId, fileId));
    this.#files.delete(key(deviceId, fileId));
    return file === undefined ? [] : this.#closed(file);
  }

  closeAll(): TraceEvent[] {
    const events = [...this.#files.values()].flatMap((file) => file.closed());
    this.#files.clear();
    return [...events, ...this.endWrite()];
  }

  #closed(file: DeviceFile): TraceEvent[] {
    if (file !== this.#writing) return file.closed();
    this.#closedEarly = file;
    return [];
  }
}

function key(deviceId: number, fileId: number): string {
  return `${deviceId}:${fileId}`;
}
