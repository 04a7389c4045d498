/** States of the client's side of the connection sequence, [MS-RDPBCGR] 1.3.1.1, and what a step of it puts out. */
import type { CapabilitySet } from '../session/capabilities/capability-sets.js';
import type { OfferedDesktop } from './client-capabilities.js';
import type { ClientOptions } from './client-options.js';

/** What is settled once the server's first PDU is read. */
export interface ClientConnection {
  readonly options: ClientOptions;
  readonly ioChannelId: number;
  /** Ids of `options.channels`, in their order. */
  readonly channelIds: readonly number[];
  readonly skipsChannelJoin: boolean;
}

/** And once the user is attached. */
export interface ClientSession extends ClientConnection {
  readonly userChannelId: number;
}

/** What a Demand Active PDU settles. */
export interface ClientShare {
  readonly shareId: number;
  readonly desktop: OfferedDesktop;
  /** The server's. */
  readonly capabilities: readonly CapabilitySet[];
}

/** A state is named for the PDU that is due. */
export type ClientState =
  | { readonly name: 'expect-connect-response'; readonly options: ClientOptions }
  | { readonly name: 'expect-attach-user-confirm'; readonly connection: ClientConnection }
  /** `pending` has the channels whose joins are not confirmed; the first of them was asked for. */
  | {
      readonly name: 'expect-channel-join-confirm';
      readonly session: ClientSession;
      readonly pending: readonly number[];
    }
  | { readonly name: 'expect-licensing'; readonly session: ClientSession }
  /** Also after a Deactivate All PDU. */
  | { readonly name: 'expect-demand-active'; readonly session: ClientSession }
  /** Synchronize and Control PDUs of the server are taken as they come: the Font Map ends the sequence. */
  | { readonly name: 'expect-font-map'; readonly session: ClientSession; readonly share: ClientShare }
  | { readonly name: 'active'; readonly session: ClientSession; readonly share: ClientShare }
  | { readonly name: 'closed' };

export type ActiveClient = Extract<ClientState, { name: 'active' }>;

export type ClientOutput =
  | { readonly type: 'send'; readonly bytes: Uint8Array }
  | { readonly type: 'active'; readonly share: ClientShare }
  | { readonly type: 'deactivated' }
  /** A whole fast-path PDU: graphics and pointers. */
  | { readonly type: 'fast-path'; readonly pdu: Uint8Array }
  /**
   * A Data PDU with a slow-path update or pointer, or another one of the session. `pdu` is a view from the Share Control
   * Header on, `payload` what follows the Share Data Header and is compressed as `compressedType` says.
   */
  | {
      readonly type: 'share-data';
      readonly pduType2: number;
      readonly compressedType: number;
      readonly payload: Uint8Array;
      readonly pdu: Uint8Array;
    }
  | { readonly type: 'error-info'; readonly errorInfo: number }
  /** User data of another channel than the I/O channel. */
  | { readonly type: 'channel-data'; readonly channelId: number; readonly data: Uint8Array }
  /** The server ended the MCS domain; RN_* of the ultimatum. */
  | { readonly type: 'end'; readonly reason: number };

export interface ClientStep {
  readonly state: ClientState;
  readonly outputs: readonly ClientOutput[];
}
