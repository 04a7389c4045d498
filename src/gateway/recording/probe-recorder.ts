/** Asks a recorder process what it encodes and decodes with, before any session needs it. */
import type { GfxOptionalCodec } from '../../contract/gfx-table.js';
import type { EncoderChoice } from '../../contract/recorder-protocol.js';
import type { StartRecorder } from './recorder-process.js';

/** No encoder works here; the message says what to install. */
export class NoEncoderError extends Error {
  override readonly name = 'NoEncoderError';
}

/** What the recorders of this machine are like. */
export interface RecorderAbilities {
  /** Name and version of the encoder. */
  readonly encoder: string;
  /** What they decode beside the codecs of every recorder. */
  readonly optionalCodecs: readonly GfxOptionalCodec[];
}

/** Rejects with `NoEncoderError`. */
export function probeRecorder(startRecorder: StartRecorder, encoder: EncoderChoice): Promise<RecorderAbilities> {
  return new Promise((resolve, reject) => {
    const recorder = startRecorder({
      onMessage: (message) => {
        if (message.type === 'ready') {
          const { name, version } = message.encoder;
          resolve({ encoder: `${name} ${version}`, optionalCodecs: message.optionalCodecs });
        }
        if (message.type === 'failed') reject(new NoEncoderError(message.message));
      },
      onExit: (reason) => reject(new NoEncoderError(`the recorder does not start: ${reason}`)),
    });
    recorder.send({ type: 'probe', encoder });
  });
}
