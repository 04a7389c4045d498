/** Asks a recorder process which encoder it would use, before any session needs one. */
import type { EncoderChoice } from '../../contract/recorder-protocol.js';
import type { StartRecorder } from './recorder-process.js';

/** No encoder works here; the message says what to install. */
export class NoEncoderError extends Error {
  override readonly name = 'NoEncoderError';
}

/** Name and version of the encoder. Rejects with `NoEncoderError`. */
export function probeEncoder(startRecorder: StartRecorder, encoder: EncoderChoice): Promise<string> {
  return new Promise((resolve, reject) => {
    const recorder = startRecorder({
      onMessage: (message) => {
        if (message.type === 'ready') resolve(`${message.encoder.name} ${message.encoder.version}`);
        if (message.type === 'failed') reject(new NoEncoderError(message.message));
      },
      onExit: (reason) => reject(new NoEncoderError(`the recorder does not start: ${reason}`)),
    });
    recorder.send({ type: 'probe', encoder });
  });
}
