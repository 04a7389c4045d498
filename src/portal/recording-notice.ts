/** The notice that a person accepts before a recorded session in the browser. */
import { createHash } from 'node:crypto';
import type { RecordingNotice } from '../contract/portal.js';

const VERSION_DIGITS = 16;

/** Null for an empty text: there is nothing to accept then. */
export function recordingNotice(text: string): RecordingNotice | null {
  if (text === '') return null;
  return { text, version: createHash('sha256').update(text).digest('hex').slice(0, VERSION_DIGITS) };
}
