/** Waiting for what another process does: by looking again, with a limit and an error that says what was awaited. */
import { setTimeout as delay } from 'node:timers/promises';

const INTERVAL_MS = 40;
/** Long, because machines are busy at times; it costs nothing where what is awaited does come. */
const TIMEOUT_MS = 25_000;

/** Resolves with the first answer that is neither false nor undefined. */
export async function waitFor<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
  timeoutMs = TIMEOUT_MS,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const answer = await look();
    if (answer !== undefined && answer !== false) return answer;
    if (performance.now() > deadline) throw new Error(`waited ${timeoutMs} ms in vain for ${what}`);
    await delay(INTERVAL_MS);
  }
}
