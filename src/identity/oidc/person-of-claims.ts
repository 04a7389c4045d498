/**
 * Who the claims of an ID token say that somebody is, and which roles of the product that gives them. Claims of Microsoft
 * Entra ID: `oid` and `tid` never change and name the person, `preferred_username` and `name` only describe them, `roles`
 * are app roles and `groups` object ids of groups (https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference).
 */
import type { Role } from '../../contract/api.js';
import { isUserName, normaliseUserName, USER_NAME_MAX_LENGTH } from '../user-names.js';

export interface ClaimMapping {
  /** The claim that names a person for good: `oid` of Entra ID, `sub` elsewhere. */
  readonly subjectClaim: 'oid' | 'sub';
  /** Values of the claims `roles` and `groups`, and the role that each gives. */
  readonly roles: ReadonlyMap<string, Role>;
  /** For people whom no value gives a role; null refuses them. */
  readonly defaultRole: Role | null;
  /** Tenants of Entra ID whose people may sign in; empty for every one that the issuer lets through. */
  readonly tenants: readonly string[];
}

export interface Person {
  readonly issuer: string;
  readonly subject: string;
  readonly userName: string;
  readonly displayName: string;
  readonly roles: readonly Role[];
}

export type PersonRefusal =
  /** A claim that is needed is not there, or is no text. */
  | 'claim-missing'
  | 'tenant'
  | 'no-role'
  /** More groups than fit into the token: Entra ID leaves them out and says so. */
  | 'groups-overage';

export type PersonResult =
  { readonly kind: 'person'; readonly person: Person } | { readonly kind: 'refused'; readonly reason: PersonRefusal };

export type Claims = Readonly<Record<string, unknown>>;

const MAX_SUBJECT_LENGTH = 255;
const MAX_ROLE_VALUES = 1_000;

export function personOfClaims(claims: Claims, mapping: ClaimMapping): PersonResult {
  const issuer = textClaim(claims, 'iss');
  const subject = textClaim(claims, mapping.subjectClaim);
  if (issuer === null || subject === null) return { kind: 'refused', reason: 'claim-missing' };
  const tenant = textClaim(claims, 'tid');
  if (mapping.tenants.length > 0 && (tenant === null || !mapping.tenants.includes(tenant))) {
    return { kind: 'refused', reason: 'tenant' };
  }
  const userName = userNameOf(claims, subject);
  const roles = rolesOf(claims, mapping);
  if (roles.length === 0) return { kind: 'refused', reason: leavesGroupsOut(claims) ? 'groups-overage' : 'no-role' };
  const displayName = (textClaim(claims, 'name') ?? userName).replaceAll(/\p{C}/gu, '').slice(0, 100) || userName;
  return { kind: 'person', person: { issuer, subject, userName, displayName, roles } };
}

/** The name that the provider shows; the subject when it has none that can be one here. */
function userNameOf(claims: Claims, subject: string): string {
  const preferred = textClaim(claims, 'preferred_username') ?? textClaim(claims, 'email') ?? subject;
  const name = normaliseUserName(preferred);
  return isUserName(name) ? name : subject.slice(0, USER_NAME_MAX_LENGTH);
}

function rolesOf(claims: Claims, mapping: ClaimMapping): readonly Role[] {
  const values = [...listClaim(claims, 'roles'), ...listClaim(claims, 'groups')];
  const roles = values.flatMap((value) => mapping.roles.get(value) ?? []);
  if (roles.length > 0) return [...new Set(roles)].toSorted();
  return mapping.defaultRole === null ? [] : [mapping.defaultRole];
}

/** https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference#groups-overage-claim */
function leavesGroupsOut(claims: Claims): boolean {
  const names = claims['_claim_names'];
  return claims['hasgroups'] === true || (typeof names === 'object' && names !== null && 'groups' in names);
}

function textClaim(claims: Claims, name: string): string | null {
  const value = claims[name];
  return typeof value === 'string' && value !== '' && value.length <= MAX_SUBJECT_LENGTH ? value : null;
}

function listClaim(claims: Claims, name: string): readonly string[] {
  const value = claims[name];
  const items: unknown[] = Array.isArray(value) ? value : [value];
  return items.slice(0, MAX_ROLE_VALUES).filter((item): item is string => typeof item === 'string');
}
