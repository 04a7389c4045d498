/** What a target's recording setting means for whoever connects. */
export const RECORDING_SENTENCES = {
  required: 'The session is recorded, and ends when it cannot be.',
  preferred: 'The session is recorded; it goes on, with a gap in the recording, when it cannot be.',
  off: 'The session is not recorded.',
} as const;
