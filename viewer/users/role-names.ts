/** Roles as people read them. */
import type { Role } from '../../src/contract/api.js';

export const ROLE_TEXTS: { readonly [role in Role]: { readonly name: string; readonly may: string } } = {
  administrator: { name: 'Administrator', may: 'Everything, including people and targets' },
  operator: { name: 'Operator', may: 'Connect, end sessions, decide what is recorded, watch recordings' },
  auditor: { name: 'Auditor', may: 'Watch recordings and export the audit log, nothing else' },
  user: { name: 'User', may: 'Connect, and see their own sessions' },
};

export function roleNames(roles: readonly Role[]): string {
  return roles.length === 0 ? 'none' : roles.map((role) => ROLE_TEXTS[role].name).join(', ');
}
