/** Scopes of API tokens: what each lets a program do, and which roles it takes to give it away. */
import type { Role } from './api.js';

const ALL: readonly Role[] = ['administrator', 'operator', 'auditor', 'user'];

interface ScopeKind {
  readonly allows: string;
  /** Somebody with one of these roles may make a token with it, and the token works while they have one. */
  readonly roles: readonly Role[];
}

/** A token never does more than its person: a route asks for its scope and for the person's role as it is then. */
export const SCOPES = {
  'sessions:create': { allows: 'Ask for sessions', roles: ['administrator', 'operator', 'user'] },
  'sessions:read': { allows: 'See sessions', roles: ALL },
  'sessions:disconnect': { allows: 'End sessions', roles: ['administrator', 'operator', 'user'] },
  'recordings:read': { allows: 'Watch and download recordings', roles: ['administrator', 'operator', 'auditor'] },
  'audit:export': { allows: 'Export the audit log', roles: ['administrator', 'auditor'] },
  'inventory:read': { allows: 'See targets', roles: ['administrator', 'operator', 'user'] },
  'inventory:write': { allows: 'Change targets and what is recorded', roles: ['administrator', 'operator'] },
  'policy:read': { allows: 'Ask what policy would decide, and why', roles: ALL },
  'health:read': { allows: 'See the health of the gateway', roles: ALL },
} as const satisfies { readonly [scope: string]: ScopeKind };

export type Scope = keyof typeof SCOPES;

export const SCOPE_NAMES = Object.keys(SCOPES) as readonly Scope[];

/** The scopes that somebody with these roles can give to a token. */
export function scopesOf(roles: readonly Role[]): readonly Scope[] {
  return SCOPE_NAMES.filter((scope) => SCOPES[scope].roles.some((role) => roles.includes(role)));
}
