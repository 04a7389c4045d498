/** Tickets on the wire: where they travel and how they look. */
import { createHash, randomBytes } from 'node:crypto';
import type { ConnectionStart } from './connection-start.js';

/** 160 bits. */
const TICKET_BYTES = 20;
const PREFIX = 'witness-';
const PATTERN = /^(?:Cookie: msts=)?witness-([A-Za-z0-9_-]{27})$/;

/** A fresh ticket. */
export function createTicket(): string {
  return randomBytes(TICKET_BYTES).toString('base64url');
}

/** What is stored of a ticket. */
export function ticketHash(ticket: string): string {
  return createHash('sha256').update(ticket).digest('hex');
}

/** The routing token that carries a ticket: `loadbalanceinfo` of an .rdp file, `/load-balance-info` of xfreerdp. */
export function routingTokenOf(ticket: string): string {
  return `${PREFIX}${ticket}`;
}

/** The ticket that a client brought as routing token, mstshash cookie or preconnection blob; null when it has none. */
export function ticketOf({ request, preconnection }: ConnectionStart): string | null {
  const { routing } = request;
  const candidates = [
    routing.kind === 'token' ? routing.token : null,
    routing.kind === 'cookie' ? routing.mstshash : null,
    preconnection?.wszPcb?.replace(/\0+$/, '') ?? null,
  ];
  for (const candidate of candidates) {
    const ticket = candidate === null ? null : ticketIn(candidate);
    if (ticket !== null) return ticket;
  }
  return null;
}

/** The ticket that a routing token carries; null when it carries none. */
export function ticketIn(routingToken: string): string | null {
  return PATTERN.exec(routingToken)?.[1] ?? null;
}
