/** The commands of policy: `host`, `targets`, `roles`, `explain`. */
import type { Command } from 'commander';

const FIELDS = '[field=value...]';

export function addPolicyCommands(program: Command): void {
  addHostCommands(program);
  addTargetCommands(program);
  addRoleCommands(program);
  program
    .command('explain')
    .description('say what policy decides for facts, and why; a fact that is left out is the host’s own, or in favour')
    .argument('[fact=value...]', 'such as connectionMethod=portal authenticationMethod=entra targetRecording=required')
    .action(async (facts: string[]) => (await import('./explain.js')).runExplain(facts));
}

function addHostCommands(program: Command): void {
  const host = program.command('host').description('SKU, switches and recording setting of the host');
  host
    .command('show')
    .description('show how the host is set')
    .action(async () => (await import('./inventory.js')).showHost());
  host
    .command('set')
    .description('set the host')
    .argument(FIELDS, 'such as sku=standard recording=preferred ipConnect=false')
    .action(async (fields: string[]) => (await import('./inventory.js')).setHost(fields));
}

function addTargetCommands(program: Command): void {
  const targets = program.command('targets').description('the inventory of targets');
  targets
    .command('list')
    .description('list targets')
    .action(async () => (await import('./inventory.js')).listTargets());
  targets
    .command('add')
    .description('add a target')
    .argument(FIELDS, 'name and address, and what else is known: port, kind, resourceId, nicId, recording ...')
    .action(async (fields: string[]) => (await import('./inventory.js')).addTargetCommand(fields));
  targets
    .command('set')
    .description('change a target; recording=null leaves recording to the host')
    .argument('<target>', 'name or id')
    .argument(FIELDS, 'such as recording=off entraJoined=true')
    .action(async (target: string, fields: string[]) => (await import('./inventory.js')).setTarget(target, fields));
  targets
    .command('remove')
    .description('remove a target')
    .argument('<target>', 'name or id')
    .action(async (target: string) => (await import('./inventory.js')).removeTargetCommand(target));
  targets
    .command('import')
    .description('take over virtual machines from "az vm list -d -o json"')
    .argument('<file>', 'what it printed')
    .option('--nics <file>', 'what "az network nic list -o json" printed: addresses, networks, peering')
    .action(async (file: string, options: { nics?: string }) =>
      (await import('./inventory.js')).importTargetsCommand(file, options),
    );
}

function addRoleCommands(program: Command): void {
  const roles = program.command('roles').description('role assignments: who may read what, at which scope');
  roles
    .command('list')
    .description('list role assignments')
    .action(async () => (await import('./inventory.js')).listRoles());
  roles
    .command('add')
    .description('assign a role')
    .argument(FIELDS, 'principal, role and scope; principalKind=group or product-role where it is no user')
    .action(async (fields: string[]) => (await import('./inventory.js')).addRole(fields));
  roles
    .command('remove')
    .description('remove a role assignment')
    .argument('<id>', 'as "witness roles list" shows it')
    .action(async (id: string) => (await import('./inventory.js')).removeRole(id));
  roles
    .command('import')
    .description('take over role assignments from "az role assignment list --all -o json"')
    .argument('<file>', 'what it printed')
    .option('--replace', 'remove imported ones that are not in the file any more', false)
    .action(async (file: string, options: { replace?: boolean }) =>
      (await import('./inventory.js')).importRoles(file, options),
    );
}
