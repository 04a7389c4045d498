/** A session as a trace: a desktop drawn with raw bitmap updates, the picture that it gives, and what goes wrong in it. */
import { TraceRecordKind, type TraceEvent } from '../../../src/contract/trace.js';
import { compressedLogon } from '../../helpers/logon-frames.js';
import { textScene } from '../encoders/text-scene.js';
import { traceHeader, TraceWriter } from '../trace-writer.js';
import type { TraceHeader } from '../../../src/contract/trace.js';

export interface Desktop {
  readonly width: number;
  readonly height: number;
  /** BGRX, top-down: what a client would show. */
  readonly pixels: Uint8Array;
}

/** One part of a session. Every drawing call is one record; `desktop` follows it. */
export class Scenario {
  readonly writer: TraceWriter;
  #desktop: Desktop = { width: 0, height: 0, pixels: new Uint8Array(0) };
  #pdus = 0;
  #bytes = 0;

  constructor(path: string, key: Uint8Array, overrides: Partial<TraceHeader> = {}) {
    this.writer = new TraceWriter(path, key, traceHeader(overrides));
  }

  get desktop(): Desktop {
    return { ...this.#desktop, pixels: this.#desktop.pixels.slice() };
  }

  activate(timeMs: number, width: number, height: number): this {
    this.#desktop = { width, height, pixels: new Uint8Array(width * height * 4) };
    const sizes = { desktopWidth: width, desktopHeight: height, colorDepth: 32 };
    const caches = { colorPointerCacheSize: 20, pointerCacheSize: 20, compression: false };
    this.writer.json(TraceRecordKind.activation, timeMs, { ...sizes, ...caches });
    return this;
  }

  /** Draws lines of text in an area, in strips that fit in one fast-path PDU each. */
  text(
    timeMs: number,
    seed: number,
    area = { x: 0, y: 0, width: this.#desktop.width, height: this.#desktop.height },
  ): this {
    const scene = textScene(area.width, area.height, seed);
    const rows = Math.max(1, Math.floor(30_000 / (area.width * 4)));
    for (let top = 0; top < area.height; top += rows) {
      const height = Math.min(rows, area.height - top);
      const strip = scene.subarray(top * area.width * 4, (top + height) * area.width * 4);
      this.#bitmap(timeMs, area.x, area.y + top, area.width, height, strip);
    }
    return this;
  }

  #bitmap(timeMs: number, x: number, y: number, width: number, height: number, topDown: Uint8Array): void {
    this.#send(timeMs, bitmapUpdate(x, y, width, height, topDown));
    for (let row = 0; row < height; row++) {
      const line = topDown.subarray(row * width * 4, (row + 1) * width * 4);
      this.#desktop.pixels.set(line, ((y + row) * this.#desktop.width + x) * 4);
    }
  }

  /** The client says where its pointer is. */
  pointer(timeMs: number, x: number, y: number): this {
    this.writer.record(TraceRecordKind.clientPointer, timeMs, Uint8Array.of(x & 0xff, x >> 8, y & 0xff, y >> 8));
    return this;
  }

  /** A fast-path PDU whose bitmap update is cut short. */
  broken(timeMs: number): this {
    const pdu = bitmapUpdate(0, 0, 8, 8, new Uint8Array(256));
    pdu[8] = 200; // more rectangles than there are
    this.#send(timeMs, pdu);
    return this;
  }

  #send(timeMs: number, pdu: Uint8Array): void {
    this.writer.record(TraceRecordKind.serverFastPath, timeMs, pdu);
    this.#pdus += 1;
    this.#bytes += pdu.length;
  }

  ticks(fromMs: number, toMs: number): this {
    for (let timeMs = fromMs; timeMs <= toMs; timeMs += 1000) this.writer.record(TraceRecordKind.tick, timeMs).chunk();
    return this;
  }

  event(timeMs: number, kind: string, data: TraceEvent['data'] = { detail: kind }): this {
    this.writer.json(TraceRecordKind.event, timeMs, { kind, data });
    return this;
  }

  /** The target says in a compressed PDU who has logged on. */
  compressedLogon(timeMs: number, domain: string): this {
    const payload = compressedLogon(domain);
    this.writer.record(TraceRecordKind.serverShareData, timeMs, payload);
    this.#pdus += 1;
    this.#bytes += payload.length;
    return this;
  }

  end(timeMs: number, reason = 'client-disconnected'): this {
    this.writer.end(timeMs, { reason, pdus: this.#pdus, bytes: this.#bytes });
    return this;
  }
}

/** [MS-RDPBCGR] 2.2.9.1.2: a fast-path output PDU with one uncompressed bitmap update of one rectangle of 32 bits. */
function bitmapUpdate(x: number, y: number, width: number, height: number, topDown: Uint8Array): Uint8Array {
  const dataBytes = width * height * 4;
  const updateBytes = 4 + 18 + dataBytes;
  const pdu = new Uint8Array(3 + 3 + updateBytes);
  const view = new DataView(pdu.buffer);
  view.setUint8(0, 0); // fpOutputHeader
  view.setUint16(1, pdu.length | 0x8000); // length in two bytes, big-endian
  view.setUint8(3, 1); // FASTPATH_UPDATETYPE_BITMAP
  view.setUint16(4, updateBytes, true);
  const fields = [1, 1, x, y, x + width - 1, y + height - 1, width, height, 32, 0, dataBytes];
  for (const [index, value] of fields.entries()) view.setUint16(6 + index * 2, value, true);
  for (let row = 0; row < height; row++) {
    const line = topDown.subarray(row * width * 4, (row + 1) * width * 4);
    pdu.set(line, 28 + (height - 1 - row) * width * 4);
  }
  return pdu;
}

/** BT.709 luma in limited range, as the recorder encodes it. */
export function lumaOf({ width, height, pixels }: Desktop): Uint8Array {
  const luma = new Uint8Array(width * height);
  for (let at = 0; at < luma.length; at++) {
    const [b = 0, g = 0, r = 0] = pixels.subarray(at * 4, at * 4 + 3);
    luma[at] = ((47 * r + 157 * g + 16 * b + 128) >> 8) + 16;
  }
  return luma;
}
