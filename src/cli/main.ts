/**
 * The command line: `witness start`, `demo`, `import`, `verify`, `credential`, `users`, `host`, `targets`, `roles`,
 * `explain`, `settings`.
 */
import { Command } from 'commander';
import type { SetCredential } from './credential.js';
import type { ImportCommand } from './import.js';
import { addPolicyCommands } from './inventory-commands.js';
import type { CreateUser } from './users.js';

const program = new Command('witness').description(
  'An RDP gateway that records sessions, proves them, and replays them',
);

program
  .command('start')
  .description('run the gateway')
  .action(async () => (await import('./start.js')).runStart());

program
  .command('demo')
  .description('run everything once, unattended: gateway, client, demo desktop, recording, verification, export')
  .option('--seconds <n>', 'how long the scripted session lasts', '10')
  .option('--out <folder>', 'where data and exports go; a temporary folder when left out')
  .action(async (options: { seconds: string; out?: string }) => (await import('./demo.js')).runDemo(options));

program
  .command('import')
  .description('record a captured RDP session after the fact (needs tshark)')
  .argument('<capture>', 'a pcapng or pcap file')
  .option('--keylog <file>', 'NSS key log with the TLS secrets, when they are not in the capture')
  .option('--out <folder>', 'where video, events and manifest go; the data of the gateway when left out')
  .option('--method <method>', '"native" when the session came in by a native client', 'imported')
  .option('--port <n>', 'TCP port of the RDP server in the capture', '3389')
  .option('--stream <n>', 'number of the TCP stream, when there are several sessions')
  .action(async (capture: string, options: ImportCommand) => (await import('./import.js')).runImport(capture, options));

program
  .command('verify')
  .description('check the audit chain and recordings: hashes, signatures, continuity')
  .argument('[session...]', 'ids of sessions; every finished recording when left out')
  .action(async (sessions: string[]) => (await import('./verify.js')).runVerify(sessions));

const credential = program
  .command('credential')
  .description('what the gateway signs in with at targets, in the place of the people who connect');

credential
  .command('set')
  .description('store the credential of a target; the password is read from standard input')
  .argument('<target>', 'name or id')
  .requiredOption('--user <name>', 'user name at the target')
  .option('--domain <name>', 'domain of the user', '')
  .option('--restricted-admin', 'sign in without leaving the password at the target', false)
  .action(async (target: string, options: SetCredential) =>
    (await import('./credential.js')).runSetCredential(target, options),
  );

credential
  .command('clear')
  .description('remove the credential of a target')
  .argument('<target>', 'name or id')
  .action(async (target: string) => (await import('./credential.js')).runClearCredential(target));

credential
  .command('list')
  .description('list the targets that have a credential')
  .action(async () => (await import('./credential.js')).runListCredentials());

const users = program.command('users').description('who may use the gateway');

users
  .command('list')
  .description('list everybody')
  .action(async () => (await import('./users.js')).runListUsers());

users
  .command('create')
  .description('add a local account and print its first sign-in link')
  .argument('<user-name>', 'without blanks')
  .option('--name <name>', 'name that pages show; the user name when left out')
  .option('--role <role...>', 'administrator, operator, auditor, user', ['user'])
  .action(async (userName: string, options: CreateUser) =>
    (await import('./users.js')).runCreateUser(userName, options),
  );

users
  .command('link')
  .description('print another one-time sign-in link of a person')
  .argument('<user-name>')
  .option('--reset', 'withdraw password, API tokens and open sign-ins of the person first', false)
  .action(async (userName: string, options: { reset: boolean }) =>
    (await import('./users.js')).runLinkUser(userName, options),
  );

users
  .command('disable')
  .description('let a person sign in no more, and end their sign-ins')
  .argument('<user-name>')
  .action(async (userName: string) => (await import('./users.js')).runDisableUser(userName, true));

users
  .command('enable')
  .description('let a person sign in again')
  .argument('<user-name>')
  .action(async (userName: string) => (await import('./users.js')).runDisableUser(userName, false));

addPolicyCommands(program);

program
  .command('settings')
  .description('list every setting with its default and what is allowed')
  .action(async () => (await import('./settings.js')).printSettings());

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`witness: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
