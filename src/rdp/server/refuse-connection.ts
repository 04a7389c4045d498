/**
 * Refusing a client after its TLS handshake so that it shows why: the connection sequence is followed, then a Set Error
 * Info PDU ([MS-RDPBCGR] 2.2.5.1.1) and an MCS Disconnect Provider Ultimatum end it.
 */
import { startServerSequence } from './server-sequence.js';
import type { RefusalMoment, ServerState } from './server-state.js';

/**
 * The state to start with; drive it with `stepServerSequence` until it puts out `end`. A client that does not understand
 * Set Error Info is sent the ultimatum alone.
 *
 * @param requestedProtocols of the client's X.224 Connection Request.
 * @param errorInfo code of the table in session/error-info-table.ts.
 * @param when xfreerdp shows the code either way; rdesktop knows error codes in an active session only.
 */
export function refuseConnection(
  requestedProtocols: number,
  errorInfo: number,
  when: RefusalMoment = 'when-active',
): ServerState {
  return startServerSequence({
    requestedProtocols,
    chooseDesktop: ({ desktopWidth, desktopHeight, colorDepth }) => ({ desktopWidth, desktopHeight, colorDepth }),
    refusal: { errorInfo, when },
  });
}
