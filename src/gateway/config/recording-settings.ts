/** Settings of recording: whether, how, and what becomes of its traces. */
import type { EncoderChoice } from '../../contract/recorder-protocol.js';
import type { RecordingSetting } from '../../contract/rule.js';
import type { Durability } from '../trace/trace-file.js';
import { type Definition, integer, oneOf, setting, text } from './setting-kinds.js';

/** Traces are kept after their video was verified: never, when the recording has gaps, or always. */
export type TraceKeep = 'never' | 'with-gaps' | 'always';

export interface RecordingSettings {
  readonly recording: RecordingSetting;
  readonly recordingNotice: string;
  readonly maxGapMs: number;
  readonly durability: Durability;
  readonly traceKeep: TraceKeep;
  readonly traceMaxBytes: number;
  readonly encoder: EncoderChoice;
}

export const RECORDING_DEFINITIONS: {
  readonly [Name in keyof RecordingSettings]: Definition<RecordingSettings[Name]>;
} = {
  recording: setting(
    'WITNESS_RECORDING',
    oneOf(['required', 'preferred', 'off']),
    'required',
    'whether sessions are recorded where the target does not say',
  ),
  recordingNotice: setting(
    'WITNESS_RECORDING_NOTICE',
    text('a text, or "none"', /^[^\0]{1,4000}$/),
    'This session is recorded: everything that the screen shows, and when. People who may review recordings can watch it.',
    'what a person accepts before a recorded session in the browser',
  ),
  maxGapMs: setting('WITNESS_MAX_GAP_MS', integer(0, 600_000, 'ms'), '5000', 'longest gap under "required"'),
  durability: setting(
    'WITNESS_DURABILITY',
    oneOf(['process', 'power']),
    'process',
    'what a byte that was shown survives: the death of the gateway, or of the machine',
  ),
  traceKeep: setting('WITNESS_TRACE_KEEP', oneOf(['never', 'with-gaps', 'always']), 'never', 'traces kept afterwards'),
  traceMaxBytes: setting(
    'WITNESS_TRACE_MAX_BYTES',
    integer(1_048_576, Number.MAX_SAFE_INTEGER, 'bytes'),
    '17179869184',
    'longest trace of one part; a session that needs more cannot be recorded any longer',
  ),
  encoder: setting('WITNESS_ENCODER', oneOf(['auto', 'node-av', 'ffmpeg']), 'auto', 'video encoder'),
};
