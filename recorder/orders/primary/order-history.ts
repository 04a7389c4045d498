/**
 * Primary Drawing Order History, [MS-RDPEGDI] 3.2.1.1: orders carry only what has changed since the last order of their
 * type, so that the last type, bounds and fields are state of the connection.
 */
import type { Reader } from '../../../src/rdp/wire/reader.js';
import type { Rectangle } from '../../picture/rectangle.js';
import { FieldReader } from './field-reader.js';
import type { PrimaryOrder } from './primary-order.js';

const TS_BOUNDS = 0x04;
const TS_TYPE_CHANGE = 0x08;
const TS_DELTA_COORDINATES = 0x10;
const TS_ZERO_BOUNDS_DELTAS = 0x20;
const ZERO_FIELD_BYTES_SHIFT = 6;

/** PatBlt is the type before the first order. */
const INITIAL_ORDER_TYPE = 0x01;

/** Bits of the bounds' description for left, top, right, bottom: a value, or a difference to the last one. */
const BOUND_FLAGS = [
  { value: 0x01, delta: 0x10 },
  { value: 0x02, delta: 0x20 },
  { value: 0x04, delta: 0x40 },
  { value: 0x08, delta: 0x80 },
] as const;

/** A `PrimaryOrder` whatever its fields are. */
export type AnyPrimaryOrder = Omit<PrimaryOrder<never>, 'initial'> & { readonly initial: () => object };

export class OrderHistory {
  readonly #formats: ReadonlyMap<number, AnyPrimaryOrder>;
  readonly #last = new Map<number, object>();
  #orderType = INITIAL_ORDER_TYPE;
  /** Left, top, right and bottom; right and bottom belong to the rectangle. */
  #bounds = [0, 0, 0, 0];

  constructor(formats: ReadonlyMap<number, AnyPrimaryOrder>) {
    this.#formats = formats;
  }

  /**
   * Reads one order after its controlFlags. `fields` is the history's own object: it changes with the next order of the
   * type. `bounds` is null where the order has none; an empty rectangle has no width or height.
   * @throws DecodeError, and then nothing of what follows can be understood.
   */
  read(controlFlags: number, reader: Reader): { orderType: number; fields: object; bounds: Rectangle | null } {
    if ((controlFlags & TS_TYPE_CHANGE) !== 0) this.#orderType = reader.u8();
    const orderType = this.#orderType;
    const format = this.#formats.get(orderType);
    if (format === undefined) throw reader.error('unsupported', `primary order ${orderType}`);
    const flags = readFieldFlags(controlFlags, format.fields.length, reader);
    const bounds = this.#readBounds(controlFlags, reader);
    const fields = this.#last.get(orderType) ?? format.initial();
    this.#last.set(orderType, fields);
    const source = new FieldReader(reader, (controlFlags & TS_DELTA_COORDINATES) !== 0);
    format.fields.forEach((take, index) => {
      // The map pairs each type with fields that its own `initial` has made.
      if ((flags & (1 << index)) !== 0) take(fields as never, source);
    });
    return { orderType, fields, bounds };
  }

  #readBounds(controlFlags: number, reader: Reader): Rectangle | null {
    if ((controlFlags & TS_BOUNDS) === 0) return null;
    if ((controlFlags & TS_ZERO_BOUNDS_DELTAS) === 0) {
      const flags = reader.u8();
      this.#bounds = this.#bounds.map((last, index) => {
        const { value, delta } = BOUND_FLAGS[index] ?? BOUND_FLAGS[0];
        if ((flags & delta) !== 0) return last + ((reader.u8() << 24) >> 24);
        return (flags & value) === 0 ? last : reader.i16();
      });
    }
    const [left = 0, top = 0, right = 0, bottom = 0] = this.#bounds;
    return { x: left, y: top, width: Math.max(0, right - left + 1), height: Math.max(0, bottom - top + 1) };
  }
}

/** Bytes of zero at the end of fieldFlags are left out. */
function readFieldFlags(controlFlags: number, fields: number, reader: Reader): number {
  const bytes = Math.ceil((fields + 1) / 8) - (controlFlags >> ZERO_FIELD_BYTES_SHIFT);
  let flags = 0;
  for (let index = 0; index < bytes; index += 1) flags |= reader.u8() << (8 * index);
  return flags;
}
