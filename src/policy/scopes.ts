/**
 * Scopes of role assignments: a management group, a subscription, a resource group or a resource. What is assigned at a
 * scope holds for everything below it. Ids of Azure are compared without regard to case.
 */
import type { ManagementGroup } from '../contract/inventory.js';

/** Above everything. */
export const ROOT_SCOPE = '/';

/** Where the gateway puts what is not in Azure. */
const LOCAL_GROUP = '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/witness';
export const LOCAL_HOST = `${LOCAL_GROUP}/providers/Microsoft.Network/bastionHosts/witness`;

/** Resource id of a machine that is not in Azure. */
export function localMachine(name: string): string {
  return `${LOCAL_GROUP}/providers/Microsoft.Compute/virtualMachines/${name.replaceAll(/[/\s]+/g, '-')}`;
}

const MANAGEMENT_GROUP = /^\/providers\/microsoft\.management\/managementgroups\/([^/]+)$/;
const SUBSCRIPTION = /^\/subscriptions\/([^/]+)(?:\/|$)/;

/** Lower case and without slashes at the end; the root is `/`. */
export function normalScope(scope: string): string {
  const trimmed = scope.toLowerCase().replace(/\/+$/, '');
  return trimmed === '' ? ROOT_SCOPE : trimmed;
}

/** True when what is assigned at `scope` holds for `resource`. A management group that nobody described holds nothing. */
export function holdsFor(scope: string, resource: string, groups: readonly ManagementGroup[]): boolean {
  const at = normalScope(scope);
  const below = normalScope(resource);
  if (at === ROOT_SCOPE || at === below || below.startsWith(`${at}/`)) return true;
  const group = MANAGEMENT_GROUP.exec(at)?.[1];
  const subscription = SUBSCRIPTION.exec(below)?.[1];
  return group !== undefined && subscription !== undefined && contains(group, subscription, groups);
}

/** Climbs from the subscription's management group to the top. */
function contains(group: string, subscription: string, groups: readonly ManagementGroup[]): boolean {
  const named = (name: string): ManagementGroup | undefined =>
    groups.find((one) => one.name.toLowerCase() === name.toLowerCase());
  const seen = new Set<string>();
  let current = groups.find(({ subscriptions }) => subscriptions.some((id) => id.toLowerCase() === subscription));
  while (current !== undefined && !seen.has(current.name)) {
    if (current.name.toLowerCase() === group) return true;
    seen.add(current.name);
    current = current.parent === null ? undefined : named(current.parent);
  }
  return false;
}
