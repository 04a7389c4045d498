/** From role assignments over scopes to what a person may read and sign in to. Contributor and Owner include Reader. */
import type { AzureRole } from '../contract/azure-roles.js';
import type { ManagementGroup } from '../contract/inventory.js';
import type { PersonFacts } from './facts.js';
import { holdsFor } from './scopes.js';

const READING: ReadonlySet<AzureRole> = new Set(['Reader', 'Contributor', 'Owner']);
const SIGNING_IN: ReadonlySet<AzureRole> = new Set([
  'Virtual Machine Administrator Login',
  'Virtual Machine User Login',
]);

/** Resource ids; null for what the inventory does not know or the target does not have, which nobody can be kept from. */
export interface Resources {
  readonly target: string | null;
  readonly nic: string | null;
  readonly host: string;
  readonly network: string | null;
}

export interface Assignment {
  readonly role: AzureRole;
  readonly scope: string;
}

/** What a person's assignments let them do. An address is no resource, so nobody signs in to it with Entra ID. */
export function rolesOver(
  assignments: readonly Assignment[],
  resources: Resources,
  groups: readonly ManagementGroup[],
): Omit<PersonFacts, 'mayConnect'> {
  const has = (roles: ReadonlySet<AzureRole>, resource: string): boolean =>
    assignments.some(({ role, scope }) => roles.has(role) && holdsFor(scope, resource, groups));
  const reads = (resource: string | null): boolean => resource === null || has(READING, resource);
  return {
    readerOnTarget: reads(resources.target),
    readerOnNic: reads(resources.nic),
    readerOnHost: has(READING, resources.host),
    readerOnNetwork: reads(resources.network),
    vmLogin: resources.target !== null && has(SIGNING_IN, resources.target),
  };
}
