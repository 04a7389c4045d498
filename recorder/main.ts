/**
 * A recorder process: forked by the gateway for one session, spoken to over the channel between parent and child
 * (`src/contract/recorder-protocol.ts`). It ends when the recording is finished, when it failed, or when its parent is gone:
 * what it did not finish, a successor does. It prints nothing of a session.
 */
import type { FromRecorder, ToRecorder } from '../src/contract/recorder-protocol.js';
import { loadGfxDecoders, optionalCodecs } from './gfx/load-decoders.js';
import { Picture } from './picture/picture.js';
import { RecorderChannel } from './recording/recorder-channel.js';

/** Settles when the last message is on its way: leaving before that would lose it. */
let lastSent: Promise<void> = Promise.resolve();

function send(message: FromRecorder): void {
  if (!process.connected) return;
  lastSent = new Promise((resolve) => process.send?.(message, undefined, undefined, () => resolve()));
}

async function leave(succeeded: boolean): Promise<void> {
  await lastSent;
  process.exit(succeeded ? 0 : 1);
}

if (process.send === undefined) {
  process.stderr.write('witness recorder: it is started by the gateway, which speaks to it\n');
  process.exit(2);
}

const channel = new RecorderChannel(
  send,
  async (choice) => {
    const decoders = await loadGfxDecoders(choice);
    return { optionalCodecs: optionalCodecs(decoders), createPicture: () => new Picture(decoders) };
  },
  (succeeded) => void leave(succeeded),
);
process.on('message', (message) => channel.handle(message as ToRecorder));
process.on('disconnect', () => process.exit(1));
