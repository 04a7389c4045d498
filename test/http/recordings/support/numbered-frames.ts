/**
 * Frames that say which they are: the number is painted into the picture as blocks, one a bit, with its complement
 * below, so that a test can tell from pixels alone which frame a browser shows.
 */
import { spawn } from 'node:child_process';

export const NUMBER_BITS = 12;
/** Side of a block and distance of the first from the corner, in pixels. */
export const BLOCK = 24;
export const MARGIN = 16;

/** One 8-bit grey picture. */
function paint(number: number, width: number, height: number): Buffer {
  const picture = Buffer.alloc(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) picture[y * width + x] = 60 + ((x + y + number * 3) % 96);
  }
  for (let bit = 0; bit < NUMBER_BITS; bit++) {
    const set = (number >> bit) % 2 === 1;
    fill(picture, width, MARGIN + bit * BLOCK, MARGIN, set ? 255 : 0);
    fill(picture, width, MARGIN + bit * BLOCK, MARGIN + BLOCK, set ? 0 : 255);
  }
  return picture;
}

function fill(picture: Buffer, width: number, left: number, top: number, value: number): void {
  for (let y = top; y < top + BLOCK; y++) picture.fill(value, y * width + left, y * width + left + BLOCK);
}

export interface EncodedFrames {
  /** H.264 access units without start codes: each NAL unit behind its 4-byte length. */
  readonly accessUnits: readonly Uint8Array[];
  readonly sps: Uint8Array;
  readonly pps: Uint8Array;
}

/** Encodes the numbers with x264, with keyframes at the given positions. */
export async function encodeNumbers(
  numbers: readonly number[],
  keyAt: ReadonlySet<number>,
  width: number,
  height: number,
): Promise<EncodedFrames> {
  const keys = [...keyAt].map((index) => `eq(n,${index})`).join('+');
  const child = spawn(
    'ffmpeg',
    // prettier-ignore
    ['-v', 'error', '-f', 'rawvideo', '-pix_fmt', 'gray', '-s', `${width}x${height}`, '-r', '10', '-i', 'pipe:0',
      '-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-preset', 'ultrafast', '-tune', 'zerolatency', '-crf', '20', '-bf', '0',
      '-g', '100000', '-forced-idr', '1', '-force_key_frames', `expr:${keys}`, '-x264-params', 'aud=1:scenecut=0',
      '-f', 'h264', 'pipe:1'],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const output: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => (code === 0 ? resolve() : reject(new Error(`ffmpeg ended with ${code}`))));
  });
  for (const number of numbers) {
    if (!child.stdin.write(paint(number, width, height))) {
      await new Promise<void>((resolve) => void child.stdin.once('drain', resolve));
    }
  }
  child.stdin.end();
  await ended;
  return splitAccessUnits(Buffer.concat(output), numbers.length);
}

const NAL_SPS = 7;
const NAL_PPS = 8;
const NAL_AUD = 9;

function splitAccessUnits(stream: Buffer, expected: number): EncodedFrames {
  const units: Uint8Array[][] = [];
  let sps: Uint8Array | null = null;
  let pps: Uint8Array | null = null;
  for (const nal of nalUnits(stream)) {
    const type = (nal[0] ?? 0) & 0x1f;
    if (type === NAL_AUD) units.push([]);
    else if (type === NAL_SPS) sps ??= nal;
    else if (type === NAL_PPS) pps ??= nal;
    else units.at(-1)?.push(nal);
  }
  if (sps === null || pps === null || units.length !== expected) {
    throw new Error(`x264 gave ${units.length} of ${expected} frames`);
  }
  return { accessUnits: units.map((nals) => Buffer.concat(nals.flatMap(withLength))), sps, pps };
}

function withLength(nal: Uint8Array): Uint8Array[] {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(nal.length);
  return [length, nal];
}

function nalUnits(stream: Buffer): Buffer[] {
  const starts: number[] = [];
  for (let at = stream.indexOf('000001', 0, 'hex'); at >= 0; at = stream.indexOf('000001', at + 3, 'hex'))
    starts.push(at);
  return starts.map((start, index) => {
    let end = starts[index + 1] ?? stream.length;
    while (end > start && stream[end - 1] === 0) end--;
    return stream.subarray(start + 3, end);
  });
}
