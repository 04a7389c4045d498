/** What policy says of a way to connect, in a few words. */
import type { SessionRequest } from '../../src/contract/api.js';
import type { PortalChoice, PortalTarget } from '../../src/contract/portal.js';

export type Tone = 'live' | 'warn' | 'bad' | 'plain';

/** What becomes of a session that somebody asks for in this way. */
export function wordsOf({ allowed, recorded, reasons }: PortalChoice): { readonly text: string; readonly tone: Tone } {
  if (!allowed) return { text: 'Not possible', tone: 'bad' };
  if (recorded) return { text: 'Will be recorded', tone: 'live' };
  const byRule = reasons.some(({ code }) => code === 'portal-entra-unrecorded');
  return byRule ? { text: 'Cannot be recorded', tone: 'warn' } : { text: 'Not recorded', tone: 'plain' };
}

/** The best that a person may do at a target: what its row in the list says. */
export function bestChoice({ portal, native }: PortalTarget): PortalChoice | null {
  return portal.find(({ allowed }) => allowed) ?? native.find(({ allowed }) => allowed) ?? portal[0] ?? null;
}

/** How a request names the target: an address that was typed is decided as one. */
export function placeOf({ id, address, port }: PortalTarget, typed: boolean): Partial<SessionRequest> {
  return typed ? { address, port } : { targetId: id };
}
