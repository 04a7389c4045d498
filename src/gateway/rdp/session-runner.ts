/** Runs one connection of an admitted session: both legs, the tap, the relay, and how it ends. */
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import type { AuditEventKind } from '../../contract/audit-event.js';
import type { TraceEvent } from '../../contract/trace.js';
import type { Database } from '../../database/open.js';
import { forbiddenWithEntra } from '../../policy/permit.js';
import { NOBODY } from '../../rdp/relay/shaping/client-info.js';
import { Relay } from '../../rdp/relay/relay.js';
import type { GfxOffer } from '../../rdp/relay/shaping/graphics-pipeline.js';
import type { AuditAppender } from '../recording/recording-records.js';
import type { RecordingService } from '../recording/recording-service.js';
import type { Tap } from '../recording/tap.js';
import { RedrawRequests } from '../relay/redraw-requests.js';
import { createContentHash } from '../relay/content-hash.js';
import { type PumpEndReason, RelayPump } from '../relay/relay-pump.js';
import { LiveSession, type SessionEndReason } from '../sessions/live-session.js';
import { failureReason, traceProblem } from '../sessions/session-failures.js';
import type { SessionLifecycle } from '../sessions/session-lifecycle.js';
import type { Admission } from './admission.js';
import { closeGracefully } from './close-gracefully.js';
import { passClientSignIn } from './client-sign-in.js';
import type { SessionClient } from './session-client.js';
import type { TargetLeg } from './target/open-target-leg.js';
import type { TargetConnector } from './target/target-connector.js';
import { TargetError } from './target/target-error.js';

export interface SessionRunnerOptions {
  readonly database: Database;
  readonly audit: AuditAppender;
  readonly recordings: RecordingService;
  readonly lifecycle: SessionLifecycle;
  readonly targets: TargetConnector;
  readonly clock: () => number;
  readonly maxGapMs: number;
  /** Whether a person who is refused is shown a page that says why, before the error code. */
  readonly refusalPage: boolean;
  /** What of the graphics pipeline the recorders of this machine decode. */
  readonly gfxOffer: GfxOffer;
  /** Whether what is on record of a copied text is the text, too. */
  readonly keepsClipboardText: boolean;
  readonly log: Logger;
}

type Admitted = Extract<Admission, { kind: 'admitted' }>;

/** Resolves when the connection is over, whatever came of it. Rejects when the gateway failed; the session is closed then. */
export async function runSession(
  options: SessionRunnerOptions,
  admitted: Admitted,
  client: SessionClient,
): Promise<void> {
  try {
    await connect(options, admitted, client);
  } catch (error) {
    const { id } = admitted.session;
    await options.lifecycle.failed(admitted.session, admitted.live, error).catch((failure: unknown) => {
      options.log.error({ sessionId: id, error: String(failure) }, 'the end of a session is not on record yet');
    });
    throw error;
  }
}

async function connect(options: SessionRunnerOptions, admitted: Admitted, client: SessionClient): Promise<void> {
  const { session } = admitted;
  const { database, lifecycle, log } = options;
  const { clientAddress } = client;
  await database.sessions.update(session.id, { state: 'connecting', clientAddress });
  let target: TargetLeg;
  try {
    target = await options.targets.open(session, admitted.live, client.signsIn);
  } catch (error) {
    if (!(error instanceof TargetError)) throw error;
    log.warn({ sessionId: session.id, reason: error.problem }, 'the target cannot be used');
    await lifecycle.refuse(session, admitted.live, error.problem, error.message);
    await client.refuse(error.problem, options.refusalPage ? session : null);
    return;
  }
  try {
    await connectLegs(options, admitted, client, target);
  } finally {
    target.socket.destroy();
    client.destroy();
    lifecycle.eraseUnheld(session.id, target.signIn);
  }
}

async function connectLegs(
  options: SessionRunnerOptions,
  admitted: Admitted,
  client: SessionClient,
  target: TargetLeg,
): Promise<void> {
  const { lifecycle } = options;
  const { session } = admitted;
  let stream: Duplex;
  try {
    stream = await client.open(target);
  } catch (error) {
    const detail = error instanceof Error ? error.message : 'TLS failed';
    options.log.warn({ sessionId: session.id, reason: 'client-tls-failed', detail }, 'the client cannot be connected');
    await lifecycle.refuse(session, admitted.live, 'client-tls-failed', detail);
    return;
  }
  const notSignedIn = await passClientSignIn(options.log, admitted, stream, target);
  if (notSignedIn !== null) {
    await lifecycle.refuse(session, admitted.live, ...notSignedIn);
    return;
  }
  if (admitted.live !== null && !lifecycle.resume(admitted.live)) {
    await lifecycle.refuse(session, admitted.live, 'session-over', 'the session ended while its client came back');
    return;
  }
  const live = admitted.live ?? (await lifecycle.begin(session, admitted.permit));
  live.signIn ??= target.signIn;
  await new SessionConnection(options, live, client, stream, target).run();
}

/** One relayed connection of a live session. */
class SessionConnection {
  readonly #options: SessionRunnerOptions;
  readonly #live: LiveSession;
  readonly #client: SessionClient;
  readonly #stream: Duplex;
  readonly #target: TargetLeg;
  #pump: RelayPump | null = null;
  #relay: Relay | null = null;
  /** Set when the gateway itself ends the session. */
  #endReason: SessionEndReason | null = null;
  /** Since when the session goes on without a trace, and why. */
  #unrecordedSince: { readonly startMs: number; readonly reason: string } | null = null;

  constructor(
    options: SessionRunnerOptions,
    live: LiveSession,
    client: SessionClient,
    stream: Duplex,
    target: TargetLeg,
  ) {
    this.#options = options;
    this.#live = live;
    this.#client = client;
    this.#stream = stream;
    this.#target = target;
  }

  async run(): Promise<void> {
    const { lifecycle } = this.#options;
    const live = this.#live;
    let tap: Tap | null = null;
    try {
      tap = await this.#openPart();
      await lifecycle.connected(live, this.#client.clientAddress);
      const kind = live.connections === 1 ? 'connected' : 'reconnected';
      tap?.event({ kind, data: { clientAddress: this.#client.clientAddress, userName: live.session.userName } });
    } catch (error) {
      this.#options.log.error({ sessionId: live.id, error: String(error) }, 'the session cannot begin');
      await this.#finish(tap, this.#endReason ?? failureReason(error));
      return;
    }
    const pump = this.#startPump(tap);
    live.connection = { end: (reason) => this.#end(reason), inputs: () => this.#relay?.inputs ?? 0 };
    const failure = live.recording?.recording.failure ?? null;
    if (failure !== null) live.onRecordingLost?.(failure);
    const pumpReason = await pump.done;
    live.connection = null;
    await pump.settled();
    if (pump.detail !== null) {
      const said = { sessionId: live.id, reason: pumpReason, detail: pump.detail };
      this.#options.log.warn(said, 'a peer broke the protocol');
    }
    live.bytesFromClient += pump.counters.clientBytes;
    live.bytesFromTarget += pump.counters.targetBytes;
    const reason = END_REASON[pumpReason];
    const left = reason === 'client-lost' && this.#client.tookLeave;
    await this.#finish(tap, this.#endReason ?? (left ? 'client-disconnected' : reason));
  }

  /** Null when the session is not recorded, or goes on although it cannot be. */
  async #openPart(): Promise<Tap | null> {
    const { recording } = this.#live;
    if (recording === null) return null;
    try {
      return await recording.openPart();
    } catch (error) {
      if (!this.#traceLost(error instanceof Error ? error : new Error('the trace cannot be opened'))) throw error;
      return null;
    }
  }

  #startPump(tap: Tap | null): RelayPump {
    const live = this.#live;
    const relay = new Relay({
      recorded: tap !== null,
      targetSelectedProtocol: this.#target.selectedProtocol,
      clientRequestedProtocols: this.#client.requestedProtocols,
      browser: this.#client.browser,
      clientInfo: this.#target.clientInfo ?? (this.#client.saysOneTimePassword ? NOBODY : null),
      gfxOffer: this.#options.gfxOffer,
      channels: live.channels,
      createHash: createContentHash,
      keepsClipboardText: this.#options.keepsClipboardText,
    });
    this.#relay = relay;
    const pump = new RelayPump(this.#stream, this.#target.socket, relay, tap, {
      onEvent: (event) => this.#note(event),
      onEntraSeen: (where) => this.#entraSeen(where),
      onTraceLost: (error) => this.#traceLost(error),
    });
    this.#pump = pump;
    if (tap !== null) this.#watchTrace(live);
    return pump;
  }

  /** The recorder may say at any time that it is lost, or that a gap is too long. */
  #watchTrace(live: LiveSession): void {
    live.onRecordingLost = () => {
      if (live.permit?.recording === 'required') this.#end('recording-lost');
    };
    const redraws = new RedrawRequests(live.recording?.recording.losses.opened ?? 0);
    live.onLosses = (losses, desktop) => {
      if (live.permit?.recording === 'required' && losses.longestMs > this.#options.maxGapMs) {
        this.#end('recording-gap-too-long');
      } else if (redraws.due(losses, this.#options.clock()) && this.#pump?.redraw(desktop) === true) {
        this.#options.log.warn({ sessionId: live.id }, 'something was not recorded: the target is asked to redraw');
      }
    };
  }

  #note(event: TraceEvent): void {
    const kind = AUDIT_KINDS[event.kind];
    if (kind === undefined) return;
    const { audit, clock } = this.#options;
    const actor = `target:${this.#live.session.targetName}`;
    const mediaMs = Math.max(0, clock() - this.#live.startedAtMs);
    const data = { ...event.data, mediaMs };
    audit.append({ kind, actor, sessionId: this.#live.id, data }).catch(() => this.#end('audit-failed'));
  }

  /** [invariant 1] Entra ID on the wire of a session that is recorded: the rule is asked with what is now known. */
  #entraSeen(where: string): void {
    const { permit, session, recording } = this.#live;
    if (permit === null || !forbiddenWithEntra(permit.facts)) return;
    this.#options.log.warn({ sessionId: session.id, where }, 'Entra ID shows in a recorded portal session');
    recording?.recording.withhold(where);
    this.#end('recording-rule');
  }

  #traceLost(error: Error): boolean {
    const { permit, id } = this.#live;
    this.#options.log.error({ sessionId: id, error: error.message }, 'the session cannot be recorded any longer');
    this.#options.lifecycle.traceLost(this.#live, error).catch(() => this.#end('audit-failed'));
    if (permit?.recording === 'preferred') {
      const startMs = Math.max(0, this.#options.clock() - this.#live.startedAtMs);
      this.#unrecordedSince ??= { startMs, reason: traceProblem(error) };
      return true;
    }
    this.#endReason ??= 'recording-lost';
    return false;
  }

  #end(reason: SessionEndReason): void {
    if (this.#endReason !== null) return;
    this.#endReason = reason;
    this.#pump?.stop();
  }

  async #finish(tap: Tap | null, reason: SessionEndReason): Promise<void> {
    const live = this.#live;
    live.onRecordingLost = null;
    live.onLosses = null;
    if (tap !== null) await live.recording?.closePart(tap, reason);
    this.#writeUnrecorded();
    if (this.#endReason !== null) this.#sayFarewell(reason);
    await closeGracefully(this.#stream);
    await this.#options.lifecycle.connectionOver(live, reason);
  }

  /** [invariant 3] What was relayed without a trace is a gap, not only a log line. */
  #writeUnrecorded(): void {
    if (this.#unrecordedSince === null) return;
    const endMs = Math.max(this.#unrecordedSince.startMs, this.#options.clock() - this.#live.startedAtMs);
    const gap = { ...this.#unrecordedSince, endMs, codec: 'trace', area: null, bytes: 0, pdus: 0 };
    this.#live.recording?.recording.unrecorded(gap);
  }

  #sayFarewell(reason: SessionEndReason): void {
    if (this.#stream.destroyed) return;
    for (const pdu of this.#relay?.farewell(reason) ?? []) this.#stream.write(pdu);
  }
}

/** Events that are on record besides being on the event track. */
const AUDIT_KINDS: { readonly [Kind in TraceEvent['kind']]?: AuditEventKind } = {
  logon: 'session.logon',
  'error-info': 'session.target-error',
  clipboard: 'session.clipboard',
  drive: 'session.drive',
};

const END_REASON: { readonly [Reason in PumpEndReason]: SessionEndReason } = {
  'client-disconnected': 'client-disconnected',
  'client-closed': 'client-lost',
  'client-error': 'client-lost',
  'client-protocol-error': 'protocol-error-client',
  'target-disconnected': 'target-disconnected',
  'target-closed': 'target-lost',
  'target-error': 'target-lost',
  'target-protocol-error': 'protocol-error-target',
  'server-redirection': 'server-redirection',
  stopped: 'gateway-stopped',
};
