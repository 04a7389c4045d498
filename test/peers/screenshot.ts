/** What a display shows, and waiting until it shows something. */
import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { lumaPsnr } from '../pixels/luma-psnr.js';
import { writePng } from '../pixels/png.js';
import { countColours, countDifferences, type Raster, type Rectangle } from '../pixels/raster.js';
import { decodeXwd } from '../pixels/xwd.js';
import { displayEnv, type Display } from './lab.js';
import { waitFor } from './wait.js';

const run = promisify(execFile);
const MAX_DUMP_BYTES = 128 * 1024 * 1024;

/** xwd looks at every window of the display, and gives up when one is closed meanwhile. */
const WINDOW_CLOSED = /BadWindow|BadDrawable|BadMatch/;
const ATTEMPTS = 5;

/** The display's root window with all that is on it. The pointer is not part of it. */
export async function screenshot(display: Display): Promise<Raster> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return decodeXwd(await dumpRootWindow(display));
    } catch (error) {
      if (attempt === ATTEMPTS || !WINDOW_CLOSED.test((error as Error).message)) throw error;
    }
  }
}

async function dumpRootWindow(display: Display): Promise<Uint8Array> {
  const { stdout } = await run('xwd', ['-root', '-silent'], {
    env: { PATH: process.env['PATH'] ?? '', ...displayEnv(display) },
    encoding: 'buffer',
    maxBuffer: MAX_DUMP_BYTES,
  });
  return stdout;
}

/** The first screenshot that satisfies the condition. */
export async function waitForPicture(
  display: Display,
  what: string,
  condition: (raster: Raster) => boolean,
  timeoutMs?: number,
): Promise<Raster> {
  return waitFor(
    what,
    async () => {
      const raster = await screenshot(display);
      return condition(raster) ? raster : undefined;
    },
    timeoutMs,
  );
}

/** The display's picture once something is drawn and nothing has changed for this many looks. */
export async function waitForSettledPicture(display: Display, looks = 8): Promise<Raster> {
  let last: Raster | undefined;
  let same = 0;
  return waitFor(
    `the picture of ${display.name} to settle`,
    async () => {
      const raster = await screenshot(display);
      same = last !== undefined && countDifferences(last, raster) === 0 ? same + 1 : 0;
      last = raster;
      return same >= looks && countColours(raster) > 2 ? raster : undefined;
    },
    15_000,
  );
}

export interface SamePictureOptions {
  /** In dB; Infinity (the default) asks for equal luma in every pixel. */
  readonly minimumPsnr?: number;
  readonly mask?: Rectangle;
  /** What the way to the client does to a picture of the server, such as a smaller colour depth. */
  readonly asSent?: (server: Raster) => Raster;
  readonly timeoutMs?: number | undefined;
}

export interface SamePicture {
  readonly server: Raster;
  readonly client: Raster;
  readonly psnr: number;
}

/** Waits until the client's display shows what the server's display shows. */
export async function waitForSamePicture(
  server: Display,
  client: Display,
  { minimumPsnr = Infinity, mask, asSent = (raster) => raster, timeoutMs }: SamePictureOptions = {},
): Promise<SamePicture> {
  let best = 0;
  let last: { server: Raster; client: Raster } | undefined;
  const look = async (): Promise<SamePicture | undefined> => {
    const pictures = { server: await screenshot(server), client: await screenshot(client) };
    last = pictures;
    const psnr = lumaPsnr(asSent(pictures.server), pictures.client, mask);
    best = Math.max(best, psnr);
    return psnr >= minimumPsnr ? { ...pictures, psnr } : undefined;
  };
  try {
    return await waitFor(`${client.name} to show what ${server.name} shows`, look, timeoutMs);
  } catch (error) {
    const files = last === undefined ? '' : await keepPictures(last);
    throw new Error(`${(error as Error).message} (at best ${best.toFixed(2)} dB)${files}`, { cause: error });
  }
}

/** Where WITNESS_LAB_PICTURES names a folder, writes both pictures there, and says so. */
async function keepPictures(pictures: { server: Raster; client: Raster }): Promise<string> {
  const folder = process.env['WITNESS_LAB_PICTURES'];
  if (folder === undefined) return '; to see both, set WITNESS_LAB_PICTURES to a folder';
  await mkdir(folder, { recursive: true });
  const name = join(folder, String(process.hrtime.bigint()));
  await writePng(`${name}-server.png`, pictures.server);
  await writePng(`${name}-client.png`, pictures.client);
  return `; see ${name}-server.png and ${name}-client.png`;
}
