/** What verification found wrong with a recording. */

export const RECORDING_FAULTS = {
  'manifest-missing': 'The manifest is not in storage',
  'manifest-unreadable': 'The manifest is not a manifest',
  'manifest-foreign': 'The manifest belongs to another recording',
  'key-unknown': 'The manifest is signed with a key that is not trusted',
  'signature-wrong': 'The signature does not match the manifest',
  'layout-wrong': 'The manifest does not account for every byte of the file',
  'chain-wrong': 'The hash chain over the segments is broken',
  'times-wrong': 'The segments do not follow one another in time, and no gap or interruption says why',
  'file-missing': 'The file is not in storage',
  'file-unlisted': 'The manifest does not know this file',
  'file-short': 'The file ends early',
  'file-long': 'The file has bytes that the manifest does not know',
  'init-changed': 'The init section was changed',
  'segment-changed': 'The segment was changed',
  'fragment-broken': 'A fragment was changed, and its boxes do not fit any more',
  'events-changed': 'The event track was changed',
} as const;

export type RecordingFaultCode = keyof typeof RECORDING_FAULTS;

/** The first fault, and the bytes that it concerns. */
export interface RecordingFault {
  readonly code: RecordingFaultCode;
  /** Name within the recording's folder. */
  readonly file: string;
  readonly offset: number;
  /** 0 when the bytes are missing or the fault has no extent. */
  readonly sizeBytes: number;
  /** Index of the segment concerned, if there is one. */
  readonly segment: number | null;
}

/** Carries a fault from where it is found to `verifyRecording`. */
export class RecordingFaultFound extends Error {
  readonly fault: RecordingFault;

  constructor(code: RecordingFaultCode, file: string, offset = 0, sizeBytes = 0, segment: number | null = null) {
    super(`${file}: ${RECORDING_FAULTS[code]}`);
    this.name = 'RecordingFaultFound';
    this.fault = { code, file, offset, sizeBytes, segment };
  }
}
