/** What the demo desktop's terminal prints: log lines of a made-up service, a function of their number alone. */

/** The terminal prints five lines a second. */
export const LOG_LINE_INTERVAL_MS = 200;

const UNITS = ['gateway', 'scheduler', 'backup', 'web', 'mailer', 'indexer', 'billing', 'cache'] as const;
const VERBS = ['GET', 'GET', 'GET', 'POST', 'PUT', 'DELETE'] as const;
const PATHS = ['/orders', '/customers', '/invoices', '/reports/daily', '/health', '/search?q=parts', '/stock'] as const;
const STATES = ['queued', 'started', 'finished', 'retried', 'archived'] as const;

/** A well-mixed 32-bit number from a line's number and a salt (xorshift-multiply). */
function mix(line: number, salt: number): number {
  let value = (Math.imul(line | 0, 0x9e37_79b1) ^ Math.imul(salt + 1, 0x85eb_ca6b)) >>> 0;
  value = Math.imul(value ^ (value >>> 16), 0x7feb_352d);
  value = Math.imul(value ^ (value >>> 15), 0x846c_a68b);
  return (value ^ (value >>> 16)) >>> 0;
}

function pick<T>(list: readonly T[], number: number): T {
  const item = list[number % list.length];
  if (item === undefined) throw new RangeError('nothing to pick from');
  return item;
}

/** Number of the last line that is printed at a time, in milliseconds since 1970. */
export function lastLogLine(timeMs: number): number {
  return Math.floor(timeMs / LOG_LINE_INTERVAL_MS);
}

/** Text of line `line`, printed at `line * LOG_LINE_INTERVAL_MS`. */
export function logLine(line: number): string {
  const time = new Date(line * LOG_LINE_INTERVAL_MS).toISOString().slice(11, 21);
  const unit = pick(UNITS, mix(line, 1));
  return `${time} ${unit}[${100 + (mix(line, 2) % 900)}]: ${message(line)}`;
}

function message(line: number): string {
  const number = mix(line, 3);
  switch (mix(line, 4) % 5) {
    case 0:
      return `${pick(VERBS, number)} ${pick(PATHS, mix(line, 5))} ${number % 17 === 0 ? 404 : 200} ${number % 480} ms`;
    case 1:
      return `job ${number % 100_000} ${pick(STATES, mix(line, 5))} after ${mix(line, 6) % 9000} ms`;
    case 2:
      return `wrote ${(number % 4000) / 10} MiB to volume ${mix(line, 5) % 8}`;
    case 3:
      return `connection from 10.${number % 256}.${mix(line, 5) % 256}.${mix(line, 6) % 256} accepted`;
    default:
      return `queue depth ${number % 64}, ${mix(line, 5) % 16} workers busy`;
  }
}
