/** Tickets: single-use secrets that locate an authorised session. Only their SHA-256 is here. */
import type { Kysely } from 'kysely';
import type { SessionId } from '../contract/ids.js';
import type { Sha256Hex } from '../contract/manifest.js';
import type { ConnectionMethod } from '../contract/rule.js';
import type { Schema, TicketsTable } from './schema.js';
import { type SessionRecord, SessionRepository } from './sessions.js';

export interface NewTicket {
  readonly ticketHash: Sha256Hex;
  readonly sessionId: SessionId;
  readonly entrance: Exclude<ConnectionMethod, 'imported'>;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
  /** The only client address that may redeem it; null for any. */
  readonly boundClientAddress: string | null;
  /** What its client has to prove; null for a ticket that is good by itself. */
  readonly proof: TicketProof | null;
}

export interface TicketProof {
  readonly userName: string;
  /** NT hash of the one-time password, sealed, in base64. */
  readonly sealedKey: string;
}

/** A ticket that somebody shows, before it is used: what its client has to prove. */
export interface LocatedTicket {
  readonly sessionId: SessionId;
  /** True when a proof is asked for. */
  readonly needsProof: boolean;
  /** Null when nobody may prove it any longer. */
  readonly proof: TicketProof | null;
}

/** Wrong proofs after which a ticket lets nobody in for the first time. */
export const MAX_FAILED_PROOFS = 10;

/** Where and when somebody shows a ticket. */
export interface TicketShown {
  readonly entrance: ConnectionMethod;
  readonly clientAddress: string;
  readonly nowMs: number;
  /** The client has proven what the ticket asks for. */
  readonly proven: boolean;
}

export type RedeemResult =
  | { readonly kind: 'redeemed'; readonly session: SessionRecord }
  /** `session-over`: nobody used the ticket, but its session was ended before. */
  | {
      readonly kind:
        | 'unknown'
        | 'expired'
        | 'used'
        | 'wrong-entrance'
        | 'wrong-address'
        | 'session-over'
        | 'unproven'
        /** Too many wrong proofs. */
        | 'guessed';
    };

export type ReadmitResult =
  | { readonly kind: 'readmitted'; readonly session: SessionRecord }
  /** As far as is known the session has its client, which had to prove a one-time password, and could do so again. */
  | { readonly kind: 'still-connected'; readonly sessionId: SessionId }
  | {
      readonly kind:
        | 'unknown'
        | 'wrong-entrance'
        | 'wrong-address'
        /** The session is over or has its client, or somebody else was faster. */
        | 'not-waiting'
        | 'window-over'
        | 'unproven';
    };

export class TicketRepository {
  readonly #db: Kysely<Schema>;

  constructor(db: Kysely<Schema>) {
    this.#db = db;
  }

  async create(ticket: NewTicket): Promise<void> {
    await this.#db
      .insertInto('tickets')
      .values({
        ticket_hash: ticket.ticketHash,
        session_id: ticket.sessionId,
        entrance: ticket.entrance,
        created_at_ms: ticket.createdAtMs,
        expires_at_ms: ticket.expiresAtMs,
        bound_client_address: ticket.boundClientAddress,
        redeemed_at_ms: null,
        redeemed_client_address: null,
        proof_user_name: ticket.proof?.userName ?? null,
        proof_key: ticket.proof?.sealedKey ?? null,
        failed_proofs: 0,
      })
      .execute();
  }

  /** What the client of a ticket has to prove; null for a ticket that is not known. Nothing changes. */
  async locate(ticketHash: Sha256Hex): Promise<LocatedTicket | null> {
    const ticket = await this.#get(ticketHash);
    if (ticket === null) return null;
    const { session_id: sessionId, proof_user_name: userName, proof_key: sealedKey } = ticket;
    const proof = userName === null || sealedKey === null ? null : { userName, sealedKey };
    return { sessionId, needsProof: userName !== null, proof };
  }

  /** Counts a wrong proof; gives how many there were. */
  async failProof(ticketHash: Sha256Hex): Promise<number> {
    const row = await this.#db
      .updateTable('tickets')
      .set((column) => ({ failed_proofs: column('failed_proofs', '+', 1) }))
      .where('ticket_hash', '=', ticketHash)
      .returning('failed_proofs')
      .executeTakeFirst();
    return row?.failed_proofs ?? 0;
  }

  /** Nobody may prove this session's one-time password any longer. */
  async eraseProof(sessionId: SessionId): Promise<void> {
    await this.#db.updateTable('tickets').set({ proof_key: null }).where('session_id', '=', sessionId).execute();
  }

  /** Uses a ticket up in one statement: of two clients that show it at once, one is let in. */
  async redeem(ticketHash: Sha256Hex, shown: TicketShown): Promise<RedeemResult> {
    const redeemed = await this.#db
      .updateTable('tickets')
      .set({ redeemed_at_ms: shown.nowMs, redeemed_client_address: shown.clientAddress })
      .where('ticket_hash', '=', ticketHash)
      .where('redeemed_at_ms', 'is', null)
      .where('expires_at_ms', '>', shown.nowMs)
      .where('entrance', '=', shown.entrance)
      .where('failed_proofs', '<', MAX_FAILED_PROOFS)
      .$if(!shown.proven, (query) => query.where('proof_user_name', 'is', null))
      .where((where) =>
        where.or([where('bound_client_address', 'is', null), where('bound_client_address', '=', shown.clientAddress)]),
      )
      .where((where) =>
        where.exists(
          where
            .selectFrom('sessions')
            .select('sessions.id')
            .whereRef('sessions.id', '=', 'tickets.session_id')
            .where('sessions.state', '=', 'authorised'),
        ),
      )
      .returning('session_id')
      .executeTakeFirst();
    if (redeemed === undefined) return { kind: await this.#whyNotRedeemed(ticketHash, shown) };
    const session = await new SessionRepository(this.#db).get(redeemed.session_id);
    return session === null ? { kind: 'unknown' } : { kind: 'redeemed', session };
  }

  /**
   * Lets the client of a session come back with the session's own, used ticket: at the same entrance, from the same
   * address, while the session waits for it. The session's state becomes `connecting`.
   */
  async readmit(ticketHash: Sha256Hex, shown: TicketShown, windowMs: number): Promise<ReadmitResult> {
    const ticket = await this.#get(ticketHash);
    if (ticket === null || ticket.redeemed_at_ms === null) return { kind: 'unknown' };
    if (ticket.entrance !== shown.entrance) return { kind: 'wrong-entrance' };
    if (ticket.redeemed_client_address !== shown.clientAddress) return { kind: 'wrong-address' };
    if (ticket.proof_user_name !== null && !shown.proven) return this.#whyNoReturn(ticket, shown, windowMs);
    const sessions = new SessionRepository(this.#db);
    const readmitted = await this.#db
      .updateTable('sessions')
      .set({ state: 'connecting', client_lost_at_ms: null })
      .where('id', '=', ticket.session_id)
      .where('state', '=', 'client-lost')
      .where('client_lost_at_ms', '>=', shown.nowMs - windowMs)
      .where('disconnect_requested_at_ms', 'is', null)
      .returning('id')
      .executeTakeFirst();
    if (readmitted === undefined) {
      const why = await this.#whyNoReturn(ticket, shown, windowMs);
      // All is proven: the session has begun to wait since it was asked.
      return why.kind === 'unproven' ? this.readmit(ticketHash, shown, windowMs) : why;
    }
    const session = await sessions.get(ticket.session_id);
    return session === null ? { kind: 'unknown' } : { kind: 'readmitted', session };
  }

  async #whyNoReturn(
    ticket: TicketsTable,
    shown: TicketShown,
    windowMs: number,
  ): Promise<Exclude<ReadmitResult, { kind: 'readmitted' }>> {
    const session = await new SessionRepository(this.#db).get(ticket.session_id);
    if (session === null) return { kind: 'unknown' };
    const { id: sessionId, state, disconnectRequestedAtMs, clientLostAtMs } = session;
    const proves = ticket.proof_key !== null;
    const mayReturn = state === 'client-lost' || (state === 'live' && proves);
    if (disconnectRequestedAtMs !== null || !mayReturn) return { kind: 'not-waiting' };
    if (state === 'live') return { kind: 'still-connected', sessionId };
    return { kind: (clientLostAtMs ?? 0) < shown.nowMs - windowMs ? 'window-over' : 'unproven' };
  }

  /** Ends sessions whose ticket nobody used in time; gives their ids. */
  async expire(nowMs: number): Promise<readonly SessionId[]> {
    const rows = await this.#db
      .updateTable('sessions')
      .set({ state: 'expired', ended_at_ms: nowMs, end_reason: 'ticket-expired' })
      .where('state', '=', 'authorised')
      .where((where) =>
        where.not(
          where.exists(
            where
              .selectFrom('tickets')
              .select('ticket_hash')
              .whereRef('tickets.session_id', '=', 'sessions.id')
              .where((ticket) =>
                ticket.or([ticket('redeemed_at_ms', 'is not', null), ticket('expires_at_ms', '>', nowMs)]),
              ),
          ),
        ),
      )
      .returning('id')
      .execute();
    for (const { id } of rows) await this.eraseProof(id);
    return rows.map((row) => row.id);
  }

  async #whyNotRedeemed(ticketHash: Sha256Hex, shown: TicketShown): Promise<Exclude<RedeemResult['kind'], 'redeemed'>> {
    const ticket = await this.#get(ticketHash);
    if (ticket === null) return 'unknown';
    if (ticket.entrance !== shown.entrance) return 'wrong-entrance';
    if (ticket.redeemed_at_ms !== null) return 'used';
    if (ticket.expires_at_ms <= shown.nowMs) return 'expired';
    const bound = ticket.bound_client_address;
    if (bound !== null && bound !== shown.clientAddress) return 'wrong-address';
    if (ticket.failed_proofs >= MAX_FAILED_PROOFS) return 'guessed';
    const session = await new SessionRepository(this.#db).get(ticket.session_id);
    return session?.state === 'authorised' ? 'unproven' : 'session-over';
  }

  async #get(ticketHash: Sha256Hex): Promise<TicketsTable | null> {
    const row = await this.#db
      .selectFrom('tickets')
      .selectAll()
      .where('ticket_hash', '=', ticketHash)
      .executeTakeFirst();
    return row ?? null;
  }
}
