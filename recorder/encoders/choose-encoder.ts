/** Which encoder a recorder uses: the one that was asked for, or the best that runs here. */
import type { EncoderChoice } from '../../src/contract/recorder-protocol.js';
import { loadNodeAv } from './node-av-encoder.js';
import { EncoderError, type EncoderEngine } from './video-encoder.js';

const INSTALL_FFMPEG = 'install ffmpeg 5.1 or later (with libx264), or name its path in FFMPEG_BIN';
const INSTALL_NODE_AV = 'run "npm install node-av" (Linux with glibc, macOS or Windows)';

type Load = () => Promise<EncoderEngine | null>;

/** Loaded where it is used: most recorders do without. */
const loadFfmpeg: Load = async () => (await import('./ffmpeg-encoder.js')).loadFfmpeg();

/** @throws EncoderError `encoder-missing`, with what to install. */
export async function chooseEncoder(
  choice: EncoderChoice,
  loaders: { readonly nodeAv: Load; readonly ffmpeg: Load } = { nodeAv: loadNodeAv, ffmpeg: loadFfmpeg },
): Promise<EncoderEngine> {
  const nodeAv = choice === 'ffmpeg' ? null : await loaders.nodeAv();
  if (nodeAv !== null) return nodeAv;
  if (choice === 'node-av') throw missing(`The encoder node-av does not run here: ${INSTALL_NODE_AV}.`);
  const ffmpeg = await loaders.ffmpeg();
  if (ffmpeg !== null) return ffmpeg;
  if (choice === 'ffmpeg') throw missing(`The encoder ffmpeg does not run here: ${INSTALL_FFMPEG}.`);
  throw missing(`No H.264 encoder runs here: ${INSTALL_NODE_AV}, or ${INSTALL_FFMPEG}.`);
}

function missing(message: string): EncoderError {
  return new EncoderError('encoder-missing', message);
}
