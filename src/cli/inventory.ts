/** `witness host`, `witness targets`, `witness roles`: policy from the command line, beside a running gateway or without one. */
import { access, mkdir, readFile } from 'node:fs/promises';
import { targetId } from '../contract/ids.js';
import type { ImportReport } from '../contract/inventory.js';
import { type Database, openDatabase } from '../database/open.js';
import type { TargetRecord } from '../database/targets.js';
import { databaseLocation } from '../gateway/composition/ground.js';
import { importRoleAssignments, importTargets } from '../inventory/azure-import.js';
import { changeHost } from '../inventory/host-changes.js';
import { readHost } from '../inventory/host.js';
import { type PolicyChangeOptions, SessionsInTheWayError } from '../inventory/policy-change.js';
import { addRoleAssignment, removeRoleAssignment } from '../inventory/role-assignments.js';
import { HOST_CHANGE, NEW_ROLE_ASSIGNMENT, NEW_TARGET, TARGET_CHANGE } from '../inventory/schemas.js';
import { addTarget, changeTarget, removeTarget, toTargetDetails } from '../inventory/targets.js';
import { withCommandsChain } from './commands-chain.js';
import { openData } from './open-data.js';
import { loadSettings } from './settings.js';
import { alignedRows } from './table.js';
import { typedValues } from './typed-values.js';

const ACTOR = 'command-line';

export async function showHost(): Promise<void> {
  await reading(async (database, recording) => {
    const host = await readHost(database, recording);
    print(alignedRows(Object.entries(host).map(([name, value]) => [name, shown(value)])));
  });
}

export async function setHost(args: readonly string[]): Promise<void> {
  const { managementGroups, ...change } = typedValues(HOST_CHANGE, args);
  if (managementGroups !== undefined) throw new Error('management groups are set by PUT /api/v1/host');
  await changing(async (options) => {
    const { policyVersion } = await changeHost(options, ACTOR, change);
    print(`The host is set. Policy version ${policyVersion}.`);
  });
}

const TARGET_COLUMNS = ['NAME', 'KIND', 'ADDRESS', 'RECORDING', 'ENTRA', 'PEERED', 'RESOURCE'] as const;

export async function listTargets(): Promise<void> {
  await reading(async (database, recording) => {
    const host = await readHost(database, recording);
    const rows = (await database.targets.list()).map((target) => {
      const own = target.recordingSetting === null ? ' (host)' : '';
      return [
        target.name,
        target.kind,
        `${target.address}:${target.port}`,
        `${toTargetDetails(target, host.recording).recording}${own}`,
        target.entraJoined ? 'joined' : '-',
        target.peered ? 'peered' : '-',
        target.resourceId ?? '-',
      ];
    });
    print(alignedRows([TARGET_COLUMNS, ...rows]));
  });
}

export async function addTargetCommand(args: readonly string[]): Promise<void> {
  const typed = typedValues(NEW_TARGET, args);
  await changing(async (options) => {
    const target = await addTarget(options, ACTOR, typed);
    print(`${target.name} is in the inventory: ${target.id}`);
  });
}

export async function setTarget(nameOrId: string, args: readonly string[]): Promise<void> {
  const typed = typedValues(TARGET_CHANGE, args);
  await changing(async (options) => {
    const { id } = await findTarget(options, nameOrId);
    const { target, dropped } = await changeTarget(options, ACTOR, id, typed);
    print(`${target.name} is changed.`);
    if (dropped !== null) print(droppedNotice(target.name));
  });
}

export async function removeTargetCommand(nameOrId: string): Promise<void> {
  await changing(async (options) => {
    const target = await findTarget(options, nameOrId);
    await removeTarget(options, ACTOR, target.id);
    print(`${target.name} is removed.`);
  });
}

export async function importTargetsCommand(vmFile: string, { nics: nicFile }: { nics?: string }): Promise<void> {
  const vms = await readList(vmFile);
  const nics = nicFile === undefined ? [] : await readList(nicFile);
  await changing(async (options) => printReport(await importTargets(options, ACTOR, { vms, nics })));
}

export async function listRoles(): Promise<void> {
  await reading(async (database) => {
    const rows = (await database.roleAssignments.list()).map((one) => [
      one.id,
      one.principalKind,
      one.principalName === null ? one.principal : `${one.principalName} (${one.principal})`,
      one.role,
      one.scope,
      one.source,
    ]);
    print(alignedRows([['ID', 'KIND', 'PRINCIPAL', 'ROLE', 'SCOPE', 'SOURCE'], ...rows]));
  });
}

export async function addRole(args: readonly string[]): Promise<void> {
  const typed = typedValues(NEW_ROLE_ASSIGNMENT, args);
  await changing(async (options) => {
    const { id, principal, role, scope } = await addRoleAssignment(options, ACTOR, typed);
    print(`${principal} has ${role} at ${scope}: ${id}`);
  });
}

export async function removeRole(id: string): Promise<void> {
  await changing(async (options) => {
    await removeRoleAssignment(options, ACTOR, id);
    print('The role assignment is removed.');
  });
}

export async function importRoles(file: string, { replace = false }: { replace?: boolean }): Promise<void> {
  const list = await readList(file);
  await changing(async (options) => printReport(await importRoleAssignments(options, ACTOR, { list, replace })));
}

async function reading(work: (database: Database, recording: PolicyChangeOptions['recording']) => Promise<void>) {
  const settings = await loadSettings();
  await access(settings.dataDir).catch(() => {
    throw new Error(`${settings.dataDir} does not exist; set WITNESS_DATA to the gateway's data folder`);
  });
  const database = await openDatabase(databaseLocation(settings));
  try {
    await work(database, settings.recording);
  } finally {
    await database.close();
  }
}

async function changing(work: (options: PolicyChangeOptions) => Promise<void>): Promise<void> {
  const settings = await loadSettings();
  await mkdir(settings.dataDir, { recursive: true, mode: 0o700 });
  const data = await openData(settings);
  const { database } = data;
  const { recording } = settings;
  try {
    await withCommandsChain(settings, data, (audit) => work({ database, audit, clock: Date.now, recording }));
  } catch (error) {
    if (!(error instanceof SessionsInTheWayError)) throw error;
    const sessions = error.sessions.map((one) => `${one.userName} on ${one.targetName} (${one.id})`).join('; ');
    throw new Error(`${error.message}: ${sessions}. Add endSessions=true to end them.`, { cause: error });
  } finally {
    await data.close();
  }
}

async function findTarget({ database }: PolicyChangeOptions, nameOrId: string): Promise<TargetRecord> {
  const named = (await database.targets.list()).find(({ name, id }) => name === nameOrId || id === targetId(nameOrId));
  if (named === undefined) throw new Error(`there is no target "${nameOrId}"; "witness targets list" lists them`);
  return named;
}

/** @throws Error when the file is not what the Azure CLI prints with `-o json`. */
async function readList(file: string): Promise<readonly unknown[]> {
  const text = await readFile(file, 'utf8').catch(() => {
    throw new Error(`${file} cannot be read`);
  });
  let list: unknown;
  try {
    list = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    throw new Error(`${file} is not JSON; let the Azure CLI print it with -o json`);
  }
  if (!Array.isArray(list)) throw new Error(`${file} is not a list; let the Azure CLI print it with -o json`);
  return list;
}

function printReport({ added, changed, unchanged, removed, skipped, credentialsDropped = [] }: ImportReport): void {
  print(`${added} added, ${changed} changed, ${unchanged} unchanged, ${removed} removed, ${skipped.length} left out`);
  for (const { name, reason } of skipped) print(`  ${name}: ${reason}`);
  for (const name of credentialsDropped) print(droppedNotice(name));
}

function droppedNotice(name: string): string {
  const why = 'another address, port or certificate may be another machine';
  return `  Its stored credential was dropped: ${why}. Store it again with   npx witness credential set ${name}`;
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
