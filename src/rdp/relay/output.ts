/** What the relay asks its driver to do, in order. */
import type { DesktopSize } from '../../contract/recorder-protocol.js';
import type { TraceActivation, TraceEvent } from '../../contract/trace.js';
import type { ActivationStep } from './activation-step.js';

export type Leg = 'client' | 'target';

/** A fast-path output PDU, a Share Data PDU, or a dynamic channel PDU of the graphics channel. */
export type RecordedPduKind = 'fast-path' | 'share-data' | 'graphics-channel';

export type RelayOutput =
  /**
   * Send bytes; to the client only after every `record` before it is in the trace. `last` of its message: the connection
   * sequence ends with it, and IronRDP throws away what it has read beyond that. `activation`: it has a step of the share's
   * activation, and keeps its place in the stream for what else it has when that is `ordered`.
   */
  | {
      readonly type: 'send';
      readonly to: Leg;
      readonly bytes: Uint8Array;
      readonly last?: boolean;
      readonly activation?: ActivationStep;
    }
  /** Put a PDU that the picture is made of into the trace. */
  | { readonly type: 'record'; readonly kind: RecordedPduKind; readonly pdu: Uint8Array }
  | { readonly type: 'pointer'; readonly x: number; readonly y: number }
  /** The parameters of the picture are agreed (again). */
  | { readonly type: 'activation'; readonly activation: TraceActivation }
  /** Something for the event track and the audit log. */
  | { readonly type: 'event'; readonly event: TraceEvent }
  /** Microsoft Entra ID shows in the session: the driver asks policy again. */
  | { readonly type: 'entra-seen'; readonly where: string }
  /** The session cannot go on. What was sent before it is still delivered. */
  | { readonly type: 'end'; readonly reason: RelayEndReason; readonly detail?: string };

export type RelayEndReason =
  | 'client-disconnected'
  | 'target-disconnected'
  | 'server-redirection'
  | 'client-protocol-error'
  | 'target-protocol-error';

/** The sans-I/O relay: PDUs in, outputs out. Decode errors of a peer come out as `end`. */
export interface RelayMachine {
  fromClient(pdu: Uint8Array): readonly RelayOutput[];
  fromTarget(pdu: Uint8Array): readonly RelayOutput[];
  /** Frames that ask the target to draw its desktop of this size again; none when it cannot be asked. */
  redraw(desktop: DesktopSize): readonly Uint8Array[];
  /** The session is over: events of what was on its way. */
  close(): readonly RelayOutput[];
}
