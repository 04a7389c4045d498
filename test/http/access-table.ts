/**
 * Who may use what, written by hand from what the roles are for; the server is held against it, not the other way round.
 *
 * administrator: everything. operator: looks after sessions, targets and what is recorded. auditor: replay and export, and
 * nothing that has an effect. user: connects, and sees and ends their own sessions.
 *
 * A route that is not in this table fails the test of the matrix: add it here, with the roles that it is for.
 */
import type { Role } from '../../src/contract/api.js';
import type { Scope } from '../../src/contract/scopes.js';

export interface AccessRow {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly route: string;
  /** `anyone`: without signing in, too. */
  readonly for: readonly Role[] | 'anyone';
  /** What a token needs; null: no token gets there. */
  readonly scope: Scope | null;
}

const ALL: readonly Role[] = ['administrator', 'operator', 'auditor', 'user'];
const CONNECT: readonly Role[] = ['administrator', 'operator', 'user'];
const REVIEW: readonly Role[] = ['administrator', 'operator', 'auditor'];
const LOOK_AFTER: readonly Role[] = ['administrator', 'operator'];
const ADMINISTER: readonly Role[] = ['administrator'];

const row = (
  method: AccessRow['method'],
  route: string,
  who: readonly Role[] | 'anyone',
  scope: Scope | null = null,
): AccessRow => ({ method, route, for: who, scope });

export const ACCESS: readonly AccessRow[] = [
  row('GET', '/sign-in/methods', 'anyone'),
  row('POST', '/sign-in', 'anyone'),
  row('POST', '/sign-in/password', 'anyone'),
  row('GET', '/sign-in/oidc', 'anyone'),
  row('GET', '/sign-in/oidc/callback', 'anyone'),
  row('POST', '/sign-out', ALL),
  row('GET', '/portal', CONNECT, 'sessions:create'),
  row('GET', '/portal/address', CONNECT, 'sessions:create'),
  row('GET', '/me', ALL),

  row('GET', '/account', ALL),
  row('PUT', '/account/password', ALL),
  row('GET', '/account/sessions', ALL),
  row('DELETE', '/account/sessions/:id', ALL),
  row('POST', '/account/sign-out-everywhere', ALL),
  row('GET', '/account/tokens', ALL),
  row('POST', '/account/tokens', ALL),
  row('DELETE', '/account/tokens/:id', ALL),

  row('GET', '/users', ADMINISTER),
  row('POST', '/users', ADMINISTER),
  row('PATCH', '/users/:id', ADMINISTER),
  row('POST', '/users/:id/link', ADMINISTER),
  row('POST', '/users/:id/sign-out', ADMINISTER),

  row('GET', '/targets', CONNECT, 'inventory:read'),
  row('GET', '/targets/:id', CONNECT, 'inventory:read'),
  row('POST', '/targets', ADMINISTER, 'inventory:write'),
  row('POST', '/targets/import', ADMINISTER, 'inventory:write'),
  row('PATCH', '/targets/:id', LOOK_AFTER, 'inventory:write'),
  row('DELETE', '/targets/:id', ADMINISTER, 'inventory:write'),
  row('GET', '/targets/:id/channels', CONNECT, 'inventory:read'),
  row('PUT', '/targets/:id/channels', LOOK_AFTER, 'inventory:write'),

  row('GET', '/role-assignments', REVIEW, 'policy:read'),
  row('POST', '/role-assignments', ADMINISTER),
  row('POST', '/role-assignments/import', ADMINISTER),
  row('DELETE', '/role-assignments/:id', ADMINISTER),
  row('GET', '/host', REVIEW, 'policy:read'),
  row('PUT', '/host', LOOK_AFTER, 'inventory:write'),
  row('GET', '/host/limits', REVIEW, 'policy:read'),
  row('GET', '/channels', REVIEW, 'policy:read'),
  row('GET', '/policy/explain', ALL, 'policy:read'),

  // Passwords of targets: whoever sets one could let sessions go to a target of their own with it.
  row('GET', '/credentials', ADMINISTER),
  row('PUT', '/targets/:id/credential', ADMINISTER),
  row('DELETE', '/targets/:id/credential', ADMINISTER),

  // Signing in with Entra ID for a target: in a browser, which the authority sends back without its strict cookies.
  row('POST', '/entra/sign-ins', CONNECT),
  row('GET', '/entra/sign-ins/:id', CONNECT),
  row('GET', '/entra/callback', 'anyone'),

  // Who looks after targets gives links to them; whoever has one shows it, and connects by it as themselves.
  row('GET', '/links', LOOK_AFTER, 'inventory:read'),
  row('POST', '/links', LOOK_AFTER, 'inventory:write'),
  row('DELETE', '/links/:id', LOOK_AFTER, 'inventory:write'),
  row('POST', '/links/open', CONNECT, 'sessions:create'),

  row('POST', '/sessions', CONNECT, 'sessions:create'),
  row('GET', '/sessions', ALL, 'sessions:read'),
  row('GET', '/sessions/live', ALL, 'sessions:read'),
  row('GET', '/sessions/:id', ALL, 'sessions:read'),
  row('POST', '/sessions/:id/disconnect', CONNECT, 'sessions:disconnect'),

  row('GET', '/recordings/:sessionId', REVIEW, 'recordings:read'),
  row('GET', '/recordings/:sessionId/playlist.m3u8', REVIEW, 'recordings:read'),
  row('GET', '/recordings/:sessionId/video/:file', REVIEW, 'recordings:read'),
  row('GET', '/recordings/:sessionId/events', REVIEW, 'recordings:read'),
  row('GET', '/recordings/:sessionId/manifest', REVIEW, 'recordings:read'),

  row('GET', '/audit/events', ['administrator', 'auditor'], 'audit:export'),

  row('GET', '/health', 'anyone', 'health:read'),
];
