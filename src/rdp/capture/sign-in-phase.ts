/**
 * One direction of what comes between TLS and MCS: CredSSP, RDSTLS, RDS AAD, or nothing. It is kept, not decoded, until the
 * direction's first MCS PDU, which no message of these protocols can look like.
 */
import { DecodeError } from '../wire/errors.js';
import { MAX_SIGN_IN_BYTES } from '../wire/limits.js';
import { TPKT_VERSION } from '../wire/tpkt.js';
import { indexOf } from './index-of.js';

/** Any length; X.224 data with end of TSDU; then BER's tag of the MCS PDU: [MS-RDPBCGR] 2.2.1.3 and 2.2.1.4. */
const beginsWith = (tag: number) => [TPKT_VERSION, 0, null, null, 0x02, 0xf0, 0x80, 0x7f, tag];
export const CONNECT_INITIAL = beginsWith(0x65);
export const CONNECT_RESPONSE = beginsWith(0x66);

export class SignInPhase {
  readonly #first: readonly (number | null)[];
  #bytes = new Uint8Array(0);

  /** Until the PDU that begins with `first`. */
  constructor(first: readonly (number | null)[]) {
    this.#first = first;
  }

  /** Everything before the first MCS PDU, as far as it has come. */
  get exchanged(): Uint8Array {
    return this.#bytes;
  }

  /**
   * Takes the next bytes. Gives those from the first MCS PDU on, or null when it is still to come. Throws "limit" for a
   * sign-in that does not end.
   */
  push(bytes: Uint8Array): Uint8Array | null {
    const before = this.#bytes.length;
    const all = new Uint8Array(before + bytes.length);
    all.set(this.#bytes);
    all.set(bytes, before);
    const at = indexOf(all, this.#first, Math.max(0, before - this.#first.length + 1));
    this.#bytes = at === -1 ? all : all.slice(0, at);
    if (this.#bytes.length > MAX_SIGN_IN_BYTES) throw new DecodeError('limit', 'signIn', before);
    return at === -1 ? null : all.subarray(at);
  }
}
