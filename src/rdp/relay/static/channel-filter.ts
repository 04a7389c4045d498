/** What looks into one static channel: decides on each message by its first bytes, and reads along where that is asked. */
import type { TraceEvent } from '../../../contract/trace.js';
import type { Leg } from '../output.js';

/** As many bytes of a message as the decision on it takes. */
export const MESSAGE_HEAD_BYTES = 64;

/** What becomes of a message. */
export type Treatment =
  /** It passes chunk by chunk. */
  | { readonly kind: 'pass'; readonly events?: readonly TraceEvent[] }
  /** It is withheld, however long it is. */
  | { readonly kind: 'withhold' }
  /** It waits until it is complete and `whole` has decided; a longer one than `limitBytes` is refused. */
  | { readonly kind: 'collect'; readonly limitBytes: number }
  /** It passes chunk by chunk, and is read along from byte `skipBytes` on. */
  | {
      readonly kind: 'watch';
      readonly skipBytes: number;
      readonly data: (bytes: Uint8Array) => void;
      readonly done: () => readonly TraceEvent[];
      readonly events?: readonly TraceEvent[];
    };

/** What becomes of a message that was collected. */
export interface Verdict {
  /** The message itself, another in its place, or nothing. */
  readonly forward: 'unchanged' | Uint8Array | null;
  /** Sent back to where the message came from. */
  readonly answer?: Uint8Array;
  readonly events?: readonly TraceEvent[];
}

export interface ChannelFilter {
  /** `head` has `MESSAGE_HEAD_BYTES` bytes or, of a shorter message, all. Throws DecodeError for what cannot be read. */
  begin(from: Leg, head: Uint8Array, sizeBytes: number): Treatment;
  /** A message whose treatment is "collect". Throws DecodeError. */
  whole(from: Leg, message: Uint8Array): Verdict;
  /** What was on its way when the session ended. */
  close(): readonly TraceEvent[];
}

export const PASS: Treatment = { kind: 'pass' };
export const WITHHOLD: Treatment = { kind: 'withhold' };
