/**
 * The ffmpeg binary: where it is, and one run of it with bytes in and bytes out. The only module that knows
 * fluent-ffmpeg, which is no longer maintained: a replacement stays in this file.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { once } from 'node:events';
import { PassThrough, Writable } from 'node:stream';
import { promisify } from 'node:util';
import ffmpeg from 'fluent-ffmpeg';
import { EncoderError } from './video-encoder.js';

const VERSION_TIMEOUT_MS = 10_000;

/** What a run is to do; options are ffmpeg's own words. */
export interface FfmpegJob {
  readonly binary: string;
  readonly inputFormat: string;
  readonly inputOptions: readonly string[];
  readonly outputFormat: string;
  readonly outputOptions: readonly string[];
}

/** A binary that runs here. */
export interface FfmpegBinary {
  readonly path: string;
  readonly version: string;
}

/** Looks at FFMPEG_BIN, at the package ffmpeg-static and on the PATH, in this order; null when none of them runs. */
export async function findFfmpeg(environment: NodeJS.ProcessEnv = process.env): Promise<FfmpegBinary | null> {
  const named = environment['FFMPEG_BIN'];
  // Whoever names a binary wants that one, or to be told that it does not run.
  const candidates = named === undefined || named === '' ? [await packagedBinary(), 'ffmpeg'] : [named];
  for (const path of candidates) {
    const version = path === null ? null : await versionOf(path, environment);
    if (path !== null && version !== null) return { path, version };
  }
  return null;
}

async function packagedBinary(): Promise<string | null> {
  // In a variable: the package is optional, and its download may have failed.
  const name: string = 'ffmpeg-static';
  try {
    const { default: path } = (await import(name)) as { default: string | null };
    return path !== null && existsSync(path) ? path : null;
  } catch {
    return null;
  }
}

async function versionOf(path: string, environment: NodeJS.ProcessEnv): Promise<string | null> {
  try {
    const { stdout } = await promisify(execFile)(path, ['-hide_banner', '-version'], {
      timeout: VERSION_TIMEOUT_MS,
      env: environment,
    });
    return /^ffmpeg version (\S+)/.exec(stdout)?.[1] ?? null;
  } catch {
    return null;
  }
}

/** One child process. */
export class FfmpegRun {
  readonly #input = new PassThrough();
  readonly #chunks: Buffer[] = [];
  readonly #command: ffmpeg.FfmpegCommand;
  readonly #done: Promise<void>;
  #failure: EncoderError | null = null;

  constructor(job: FfmpegJob) {
    this.#command = ffmpeg({ logger: undefined })
      .setFfmpegPath(job.binary)
      .input(this.#input)
      .inputFormat(job.inputFormat)
      .inputOptions([...job.inputOptions])
      .outputOptions([...job.outputOptions])
      .format(job.outputFormat);
    this.#done = new Promise((resolve) => {
      this.#command.once('end', () => resolve());
      this.#command.once('error', (error: Error) => {
        this.#failure = new EncoderError('encoder-failed', `ffmpeg: ${error.message.split('\n', 1)[0] ?? ''}`);
        this.#input.destroy();
        resolve();
      });
    });
    this.#command.output(this.#collector(), { end: true }).run();
  }

  #collector(): Writable {
    // Without `close`: fluent-ffmpeg takes it for a reader that went away if the process has not been reaped yet.
    return new Writable({
      autoDestroy: false,
      emitClose: false,
      write: (chunk: Buffer, _encoding, done) => {
        this.#chunks.push(chunk);
        done();
      },
    });
  }

  /** Writes to the child's standard input, as fast as the child reads. `bytes` may be reused afterwards. */
  async write(bytes: Uint8Array): Promise<void> {
    this.#throwFailure();
    // A stream keeps what it is given until it is read; the planes are overwritten meanwhile.
    if (!this.#input.write(Buffer.from(bytes))) {
      await Promise.race([once(this.#input, 'drain').catch(() => undefined), this.#done]);
    }
    this.#throwFailure();
  }

  /** Ends the input, waits for the child to finish, and returns what it wrote. */
  async finish(): Promise<Uint8Array> {
    this.#input.end();
    await this.#done;
    this.#throwFailure();
    return Buffer.concat(this.#chunks);
  }

  /** Ends the child at once; its output is lost. */
  async kill(): Promise<void> {
    this.#input.destroy();
    // There may be no child yet: fluent-ffmpeg first asks the binary what it can do.
    this.#command.once('start', () => this.#command.kill('SIGKILL'));
    this.#command.kill('SIGKILL');
    await this.#done;
  }

  #throwFailure(): void {
    if (this.#failure !== null) throw this.#failure;
  }
}
