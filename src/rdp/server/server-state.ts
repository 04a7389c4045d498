/** States of the server's side of the connection sequence, [MS-RDPBCGR] 1.3.1.1, and what a step of it puts out. */
import type { ClientInfo } from '../connection/client-info.js';
import type { CapabilitySet } from '../session/capabilities/capability-sets.js';
import type { ClientSettings, SessionColorDepth } from './client-settings.js';

/** The desktop that a server shows. */
export interface ServerDesktop {
  readonly desktopWidth: number;
  readonly desktopHeight: number;
  readonly colorDepth: SessionColorDepth;
}

/** When a refused client is told why. */
export type RefusalMoment = 'after-licensing' | 'when-active';

export interface ServerOptions {
  /** `requestedProtocols` of the client's X.224 Connection Request, which the server repeats inside TLS. */
  readonly requestedProtocols: number;
  /** What to show to a client that asks for this. */
  readonly chooseDesktop: (settings: ClientSettings) => ServerDesktop;
  /** Ends the connection with a Set Error Info PDU, after licensing or as soon as the client is active. */
  readonly refusal?: { readonly errorInfo: number; readonly when: RefusalMoment };
}

/** What is settled once the client's first PDU is read. */
export interface ServerSession {
  readonly options: ServerOptions;
  readonly settings: ClientSettings;
  readonly desktop: ServerDesktop;
  readonly userChannelId: number;
  /** Ids of `settings.channels`, in their order. */
  readonly channelIds: readonly number[];
  /** One more with every activation. */
  readonly shareId: number;
}

/** A state is named for the PDU that is due. */
export type ServerState =
  | { readonly name: 'expect-connect-initial'; readonly options: ServerOptions }
  | { readonly name: 'expect-erect-domain-request'; readonly session: ServerSession }
  | { readonly name: 'expect-attach-user-request'; readonly session: ServerSession }
  /** Client Info ends this state, when the channels are joined that must be. */
  | {
      readonly name: 'expect-channel-join-request';
      readonly session: ServerSession;
      readonly joined: ReadonlySet<number>;
    }
  | { readonly name: 'expect-confirm-active'; readonly session: ServerSession }
  | FinalizationState
  | { readonly name: 'active'; readonly session: ServerSession; readonly capabilities: readonly CapabilitySet[] }
  | { readonly name: 'closed' };

export interface FinalizationState {
  readonly name: 'expect-synchronize' | 'expect-control-cooperate' | 'expect-control-request' | 'expect-font-list';
  readonly session: ServerSession;
  readonly capabilities: readonly CapabilitySet[];
}

export type ActiveServer = Extract<ServerState, { name: 'active' }>;

export type ServerOutput =
  | { readonly type: 'send'; readonly bytes: Uint8Array }
  /** The credentials and preferences of the client: a secret. */
  | { readonly type: 'client-info'; readonly info: ClientInfo }
  /** Graphics may be sent, in the desktop of `session` and within the client's capability sets. */
  | { readonly type: 'active'; readonly session: ServerSession; readonly capabilities: readonly CapabilitySet[] }
  /** A Data PDU of the active session, from `pduType2` on without compression. */
  | { readonly type: 'share-data'; readonly pduType2: number; readonly payload: Uint8Array }
  /** A whole fast-path input PDU. */
  | { readonly type: 'fast-path-input'; readonly pdu: Uint8Array }
  /** User data of a static virtual channel. */
  | { readonly type: 'channel-data'; readonly channelId: number; readonly data: Uint8Array }
  /** The connection is over: send what was put out before this, then close. */
  | { readonly type: 'end'; readonly reason: 'client-disconnected' | 'refused' };

export interface ServerStep {
  readonly state: ServerState;
  readonly outputs: readonly ServerOutput[];
}
