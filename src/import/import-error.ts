/** Why a capture cannot be imported. The message says what to do about it. */

export type ImportProblem =
  | 'tshark-missing'
  | 'tshark-failed'
  | 'capture-unreadable'
  | 'no-rdp'
  | 'no-secrets'
  | 'standard-rdp-encryption'
  | 'no-session'
  | 'several-sessions'
  | 'too-long'
  | 'entra'
  | 'busy'
  | 'folder-not-empty'
  | 'recording-failed';

export class ImportError extends Error {
  override readonly name = 'ImportError';
  readonly problem: ImportProblem;

  constructor(problem: ImportProblem, message: string) {
    super(message);
    this.problem = problem;
  }
}
