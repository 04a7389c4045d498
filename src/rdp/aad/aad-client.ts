/** RDS AAD Auth as a client without I/O, [MS-RDPBCGR] 5.4.5.4.1, from after TLS to the result. */
import { UnexpectedPduError } from '../wire/errors.js';
import { encodeAuthenticationRequest } from './authentication-request.js';
import { decodeAuthenticationResult } from './authentication-result.js';
import { decodeServerNonce } from './server-nonce.js';

export type AadClientState = 'expect-server-nonce' | 'expect-result' | 'over';

export type AadClientOutput =
  | { readonly type: 'send'; readonly bytes: Uint8Array }
  /** S_OK, or why the target does not let the person in. */
  | { readonly type: 'done'; readonly hresult: number };

export interface AadClientStep {
  readonly state: AadClientState;
  readonly outputs: readonly AadClientOutput[];
}

/**
 * Takes one whole message.
 * @param assert makes the assertion for the target's nonce
 * @throws DecodeError, UnexpectedPduError
 */
export function stepAadClient(
  state: AadClientState,
  message: Uint8Array,
  assert: (serverNonce: string) => string,
): AadClientStep {
  switch (state) {
    case 'expect-server-nonce': {
      const bytes = encodeAuthenticationRequest(assert(decodeServerNonce(message)));
      return { state: 'expect-result', outputs: [{ type: 'send', bytes }] };
    }
    case 'expect-result':
      return { state: 'over', outputs: [{ type: 'done', hresult: decodeAuthenticationResult(message) }] };
    case 'over':
      throw new UnexpectedPduError(state, 'nothing', 'a message of RDS AAD Auth');
  }
}
