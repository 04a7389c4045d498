/**
 * What is thrown for a peer that broke the protocol. Errors name structure, field and offset and never carry the
 * peer's bytes, so that they can be logged and audited.
 */

/** Why bytes could not be decoded. */
export type DecodeErrorCode =
  /** Fewer bytes than the structure needs. */
  | 'truncated'
  /** A field holds a value that the specification does not allow. */
  | 'invalid'
  /** A value is allowed by the specification and not handled here. */
  | 'unsupported'
  /** A length or count is above a limit of `limits.ts`. */
  | 'limit';

/** A peer's bytes do not decode. `offset` is in bytes from the start of the buffer that was decoded. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError';
  readonly code: DecodeErrorCode;
  readonly structure: string;
  readonly offset: number;

  constructor(code: DecodeErrorCode, structure: string, offset: number, detail?: string) {
    super(`${structure}: ${code} at offset ${offset}${detail === undefined ? '' : ` (${detail})`}`);
    this.code = code;
    this.structure = structure;
    this.offset = offset;
  }
}

/** A well-formed PDU arrived where another one was due. */
export class UnexpectedPduError extends Error {
  override readonly name = 'UnexpectedPduError';
  readonly state: string;
  readonly expected: string;
  readonly got: string;

  constructor(state: string, expected: string, got: string) {
    super(`in state ${state}: expected ${expected}, got ${got}`);
    this.state = state;
    this.expected = expected;
    this.got = got;
  }
}
