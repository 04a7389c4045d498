/** Where one can go, by what one may do there; the gateway has the last word. */
import { type Role, ROLES } from '../../src/contract/api.js';
import type { Route } from '../router.js';

export interface PageEntry {
  readonly page: Route['page'];
  readonly href: string;
  readonly text: string;
  readonly for: readonly Role[];
}

const CONNECT: readonly Role[] = ['administrator', 'operator', 'user'];
const REVIEW: readonly Role[] = ['administrator', 'operator', 'auditor'];
const LOOK_AFTER: readonly Role[] = ['administrator', 'operator'];

const PAGES: readonly PageEntry[] = [
  { page: 'sessions', href: '/', text: 'Sessions', for: ROLES },
  { page: 'live', href: '/live', text: 'Live', for: ROLES },
  { page: 'connect', href: '/connect', text: 'Connect', for: CONNECT },
  { page: 'targets', href: '/targets', text: 'Targets', for: LOOK_AFTER },
  { page: 'roles', href: '/roles', text: 'Roles', for: LOOK_AFTER },
  { page: 'channels', href: '/channels', text: 'Channels', for: REVIEW },
  { page: 'links', href: '/links', text: 'Links', for: LOOK_AFTER },
  { page: 'host', href: '/host', text: 'Host', for: REVIEW },
  { page: 'explain', href: '/explain', text: 'Why?', for: ROLES },
  { page: 'audit', href: '/audit', text: 'Audit', for: ['administrator', 'auditor'] },
  { page: 'users', href: '/users', text: 'Users', for: ['administrator'] },
];

/** The sessions are there for everybody, also before it is known who asks. */
export function pagesOf(roles: readonly Role[]): readonly PageEntry[] {
  return PAGES.filter(({ page, for: who }) => page === 'sessions' || who.some((role) => roles.includes(role)));
}
