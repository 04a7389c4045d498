/** Waiting for what another process does: by looking again, with a limit and an error that says what was awaited. */
import { setTimeout as delay } from 'node:timers/promises';

const INTERVAL_MS = 40;

/** Resolves with the first answer that is neither false nor undefined. */
export async function waitFor<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
  timeoutMs = 10_000,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const answer = await look();
    if (answer !== undefined && answer !== false) return answer;
    if (performance.now() > deadline) throw new Error(`waited ${timeoutMs} ms in vain for ${what}`);
    await delay(INTERVAL_MS);
  }
}
