/**
 * Reads what the Azure CLI prints: `az vm list -d`, `az network nic list`, `az role assignment list`, each as JSON. Only
 * what policy needs is read; what cannot be used is named with the reason, never guessed.
 */
import { AZURE_ROLE_NAMES, AZURE_ROLES, type AzureRole } from '../contract/azure-roles.js';
import type { ImportReport } from '../contract/inventory.js';

export type Skipped = ImportReport['skipped'][number];

export interface AzureVm {
  readonly resourceId: string;
  readonly name: string;
  readonly resourceGroup: string;
  /** Null when the file does not say; the network interface may. */
  readonly address: string | null;
  /** The first, or the one that is marked as primary. */
  readonly nicId: string | null;
  /** Null when the list does not tell extensions. */
  readonly entraJoined: boolean | null;
}

export interface AzureNic {
  readonly resourceId: string;
  readonly address: string | null;
  readonly virtualNetworkId: string | null;
}

export interface AzureAssignment {
  readonly principalKind: 'user' | 'group';
  readonly principal: string;
  readonly principalName: string | null;
  readonly role: AzureRole;
  readonly scope: string;
}

export interface Read<Item> {
  readonly items: readonly Item[];
  readonly skipped: readonly Skipped[];
}

export function readVms(list: readonly unknown[]): Read<AzureVm> {
  return readEach(list, (vm) => {
    const resourceId = text(vm['id']);
    const name = text(vm['name']);
    if (resourceId === null || name === null) return 'it has no id or no name';
    if (!/\/virtualMachines\/[^/]+$/i.test(resourceId)) return 'it is not a virtual machine';
    const nics = array(field(vm['networkProfile'], 'networkInterfaces'));
    const nic = nics.find((one) => field(one, 'primary') === true) ?? nics[0];
    return {
      resourceId,
      name,
      resourceGroup: /\/resourceGroups\/([^/]+)\//i.exec(resourceId)?.[1] ?? '',
      address: text(vm['privateIps'])?.split(',')[0]?.trim() ?? null,
      nicId: text(field(nic, 'id')),
      entraJoined: joinedOf(vm['resources']),
    };
  });
}

/** The extension that joins a Windows machine to Microsoft Entra ID. */
function joinedOf(extensions: unknown): boolean | null {
  if (!Array.isArray(extensions)) return null;
  return extensions.some((one: unknown) =>
    /AADLoginForWindows$/i.test(text(field(one, 'id')) ?? text(field(one, 'name')) ?? ''),
  );
}

export function readNics(list: readonly unknown[]): Read<AzureNic> {
  return readEach(list, (nic) => {
    const resourceId = text(nic['id']);
    if (resourceId === null) return 'it has no id';
    const configurations = array(nic['ipConfigurations']);
    const primary = configurations.find((one) => field(one, 'primary') === true) ?? configurations[0];
    const subnet = text(field(field(primary, 'subnet'), 'id'));
    return {
      resourceId,
      // Versions of the CLI differ in its case.
      address: text(field(primary, 'privateIPAddress')) ?? text(field(primary, 'privateIpAddress')),
      virtualNetworkId: subnet?.replace(/\/subnets\/[^/]+$/i, '') ?? null,
    };
  });
}

const ROLE_BY_DEFINITION = new Map(AZURE_ROLE_NAMES.map((name) => [AZURE_ROLES[name] as string, name]));

export function readAssignments(list: readonly unknown[]): Read<AzureAssignment> {
  return readEach(list, (assignment) => {
    const principal = text(assignment['principalId']) ?? text(assignment['principalName']);
    const scope = text(assignment['scope']);
    if (principal === null || scope === null) return 'it has no principal or no scope';
    const definition = text(assignment['roleDefinitionId'])?.split('/').at(-1)?.toLowerCase();
    const roleName = text(assignment['roleDefinitionName']);
    const role =
      definition === undefined
        ? AZURE_ROLE_NAMES.find((name) => name === roleName)
        : ROLE_BY_DEFINITION.get(definition);
    if (role === undefined) return `the role ${roleName ?? 'without a name'} does not decide about connections`;
    if (text(assignment['condition']) !== null) return 'it has a condition, which this gateway cannot evaluate';
    const kind = text(assignment['principalType']) ?? 'User';
    if (kind !== 'User' && kind !== 'Group') return `a principal of the type ${kind} does not sign in here`;
    const principalName = text(assignment['principalName']);
    return {
      principalKind: kind === 'User' ? 'user' : 'group',
      principal,
      principalName: principalName === principal ? null : principalName,
      role,
      scope,
    };
  });
}

type Entry = { readonly [name: string]: unknown };

/** @param read gives the item, or why it is left out */
function readEach<Item extends object>(list: readonly unknown[], read: (entry: Entry) => Item | string): Read<Item> {
  const [items, skipped]: [Item[], Skipped[]] = [[], []];
  for (const [index, entry] of list.entries()) {
    const item = typeof entry === 'object' && entry !== null ? read(entry as Entry) : 'it is not an object';
    if (typeof item === 'string') skipped.push({ name: nameOf(entry) ?? `entry ${index + 1}`, reason: item });
    else items.push(item);
  }
  return { items, skipped };
}

function nameOf(entry: unknown): string | null {
  return text(field(entry, 'name')) ?? text(field(entry, 'id'));
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Entry)[name] : undefined;
}

const MAX_TEXT = 500;

/** Text that is there, and neither empty nor longer than any name or id. */
function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' && value.length <= MAX_TEXT ? value : null;
}

function array(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
