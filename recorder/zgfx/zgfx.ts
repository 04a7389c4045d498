/**
 * Decompression of the graphics pipeline's messages, RDP_SEGMENTED_DATA of [MS-RDPEGFX] 2.2.5 ("ZGFX"). All messages of
 * one opened channel share a history.
 */
import { PACKET_COMPRESSED } from '../../src/rdp/session/share-data.js';
import { DecodeError } from '../../src/rdp/wire/errors.js';
import { MAX_GRAPHICS_MESSAGE_BYTES } from '../../src/rdp/wire/limits.js';
import { Reader } from '../../src/rdp/wire/reader.js';
import { MAX_SEGMENT_BYTES, ZgfxHistory } from './zgfx-history.js';

const STRUCTURE = 'RDP_SEGMENTED_DATA';

/** The field descriptor. */
const SINGLE = 0xe0;
const MULTIPART = 0xe1;

/** Bits of the header of RDP8_BULK_ENCODED_DATA, 2.2.5.3. */
const COMPRESSION_TYPE_MASK = 0x0f;
const PACKET_COMPR_TYPE_RDP8 = 0x04;

/** A segment in a multipart message: its size and its header. */
const MIN_SEGMENT_BYTES = 4 + 1;

/** The history of one opened graphics channel. */
export class ZgfxDecompressor {
  readonly #history = new ZgfxHistory();

  /**
   * True after an error, until the sender can no longer refer to what was lost: until 2,500,000 bytes have been
   * decompressed since, or `reset`. In between, messages that refer to nothing from before the error decompress as ever,
   * and the others throw.
   */
  get poisoned(): boolean {
    return this.#history.incomplete;
  }

  /** Begins a history: for a channel that is opened. Nothing within a message does. */
  reset(): void {
    this.#history.reset();
  }

  /** Says that a message is missing, for a caller that could not hand it over. */
  poison(): void {
    this.#history.lose();
  }

  /**
   * Decompresses one message. The result is valid until the next call.
   * @throws DecodeError when the message is damaged, or refers to what an earlier error has lost. Its bytes are then lost
   *   themselves.
   */
  decompress(message: Uint8Array): Uint8Array {
    try {
      const reader = new Reader(message, STRUCTURE);
      const descriptor = reader.u8();
      if (descriptor === SINGLE) return this.#segment(message, reader.offset, message.length);
      if (descriptor === MULTIPART) return this.#multipart(reader);
      throw new DecodeError('invalid', STRUCTURE, 0, 'descriptor');
    } catch (error) {
      this.#history.lose();
      throw error;
    }
  }

  #multipart(reader: Reader): Uint8Array {
    const segmentCount = reader.u16();
    const uncompressedSize = reader.u32();
    if (uncompressedSize > MAX_GRAPHICS_MESSAGE_BYTES) throw reader.error('limit', 'uncompressedSize');
    if (uncompressedSize > segmentCount * MAX_SEGMENT_BYTES) throw reader.error('invalid', 'uncompressedSize');
    reader.need(segmentCount * MIN_SEGMENT_BYTES);
    const whole = new Uint8Array(uncompressedSize);
    let used = 0;
    for (let i = 0; i < segmentCount; i += 1) {
      const size = reader.u32();
      const from = reader.offset;
      reader.skip(size);
      const segment = this.#segment(reader.data, from, reader.offset);
      if (segment.length > whole.length - used) throw reader.error('invalid', 'uncompressedSize');
      whole.set(segment, used);
      used += segment.length;
    }
    if (used !== uncompressedSize) throw reader.error('invalid', 'uncompressedSize');
    return whole;
  }

  /** RDP8_BULK_ENCODED_DATA in `data[from...end)`. */
  #segment(data: Uint8Array, from: number, end: number): Uint8Array {
    if (from >= end) throw new DecodeError('truncated', STRUCTURE, from, 'header');
    const header = data[from] as number;
    if ((header & PACKET_COMPRESSED) === 0) {
      if (end - from - 1 > MAX_SEGMENT_BYTES) throw new DecodeError('limit', STRUCTURE, from, 'data');
      return this.#history.append(data.subarray(from + 1, end));
    }
    if ((header & COMPRESSION_TYPE_MASK) !== PACKET_COMPR_TYPE_RDP8) {
      throw new DecodeError('unsupported', STRUCTURE, from, 'compression type');
    }
    return this.#history.decode(data, from + 1, end);
  }
}
