/**
 * H.264 byte streams, ITU-T H.264 Annex B, and the length-prefixed form that MP4 keeps, ISO/IEC 14496-15 5.3.4.2. A
 * sample is one access unit; parameter sets, delimiters and encoder comments are taken out of it.
 */

/** nal_unit_type, ITU-T H.264 table 7-1. */
export const NalType = { slice: 1, idr: 5, sei: 6, sps: 7, pps: 8, accessUnitDelimiter: 9 } as const;

/** Sequence and picture parameter sets of a stream, one NAL unit each. */
export interface ParameterSets {
  readonly sps: Uint8Array;
  readonly pps: Uint8Array;
}

/** One access unit taken apart. `data` is length-prefixed slices; a parameter set is null when the unit has none. */
export interface AccessUnit {
  readonly data: Uint8Array;
  readonly keyframe: boolean;
  readonly sps: Uint8Array | null;
  readonly pps: Uint8Array | null;
}

/** NAL units of a byte stream, as views without their start codes. */
export function* iterateNalUnits(stream: Uint8Array): Iterable<Uint8Array> {
  let start = nextStartCode(stream, 0);
  while (start !== null) {
    const begin = start + 3;
    start = nextStartCode(stream, begin);
    let end = start ?? stream.length;
    // Zero bytes before a start code belong to it, and a NAL unit never ends with one.
    while (end > begin && stream[end - 1] === 0) end--;
    if (end > begin) yield stream.subarray(begin, end);
  }
}

function nextStartCode(stream: Uint8Array, from: number): number | null {
  for (let at = from; at + 2 < stream.length; at++) {
    const third = stream[at + 2] ?? 0;
    if (third > 1) at += 2;
    else if (third === 1 && stream[at] === 0 && stream[at + 1] === 0) return at;
  }
  return null;
}

/** nal_unit_type of a NAL unit. */
export function nalType(unit: Uint8Array): number {
  return (unit[0] ?? 0) & 0x1f;
}

/** Takes one access unit of a byte stream apart. Everything returned is copied: `slice` of a Buffer would be a view. */
export function parseAccessUnit(stream: Uint8Array): AccessUnit {
  const slices: Uint8Array[] = [];
  let keyframe = false;
  let sps: Uint8Array | null = null;
  let pps: Uint8Array | null = null;
  for (const unit of iterateNalUnits(stream)) {
    const type = nalType(unit);
    if (type === NalType.sps) sps = new Uint8Array(unit);
    else if (type === NalType.pps) pps = new Uint8Array(unit);
    else if (type >= NalType.slice && type <= NalType.idr) slices.push(unit);
    keyframe ||= type === NalType.idr;
  }
  return { data: lengthPrefixed(slices), keyframe, sps, pps };
}

function lengthPrefixed(units: readonly Uint8Array[]): Uint8Array {
  const total = units.reduce((sum, unit) => sum + 4 + unit.length, 0);
  const bytes = new Uint8Array(total);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const unit of units) {
    view.setUint32(at, unit.length);
    bytes.set(unit, at + 4);
    at += 4 + unit.length;
  }
  return bytes;
}

/** Length-prefixed slices as a byte stream, with parameter sets in front where given. For decoders. */
export function toAnnexB(sample: Uint8Array, parameterSets: ParameterSets | null): Uint8Array {
  const units = parameterSets === null ? [] : [parameterSets.sps, parameterSets.pps];
  const view = new DataView(sample.buffer, sample.byteOffset, sample.byteLength);
  for (let at = 0; at + 4 <= sample.length;) {
    const end = at + 4 + view.getUint32(at);
    if (end > sample.length) throw new RangeError('a NAL unit is longer than its sample');
    units.push(sample.subarray(at + 4, end));
    at = end;
  }
  // A start code is as long as a length, so the layout stays; only the four bytes differ.
  const bytes = lengthPrefixed(units);
  let at = 0;
  for (const unit of units) {
    bytes.set([0, 0, 0, 1], at);
    at += 4 + unit.length;
  }
  return bytes;
}

/**
 * Splits a byte stream that carries access unit delimiters into its access units, as views. Bytes before the first
 * delimiter are part of the first unit.
 */
export function splitAccessUnits(stream: Uint8Array): Uint8Array[] {
  const starts: number[] = [];
  for (let at = nextStartCode(stream, 0); at !== null; at = nextStartCode(stream, at + 3)) {
    if (((stream[at + 3] ?? 0) & 0x1f) === NalType.accessUnitDelimiter) starts.push(at);
  }
  return starts.map((start, index) => stream.subarray(index === 0 ? 0 : start, starts[index + 1] ?? stream.length));
}
