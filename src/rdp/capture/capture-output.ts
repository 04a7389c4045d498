/** What following a captured session gives: what the relay would have recorded of it, and what could not be followed. */
import type { RelayOutput } from '../relay/output.js';

/** Bytes of the server that are not in the outputs. The picture may lack them from here to the session's end. */
export interface CaptureLoss {
  readonly type: 'lost';
  /** What they were, as gaps name it. */
  readonly codec: string;
  /** Code and structure; never the capture's bytes. */
  readonly reason: string;
  readonly bytes: number;
}

/** Both sides agreed to go on over UDP as well, which is not in the TCP stream; [MS-RDPBCGR] 2.2.15. */
export interface UdpAgreed {
  readonly type: 'udp-agreed';
}

export type CaptureOutput = Exclude<RelayOutput, { type: 'send' }> | CaptureLoss | UdpAgreed;
