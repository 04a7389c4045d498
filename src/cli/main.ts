/** The command line: `witness start`, `demo`, `verify`, `settings`. */
import { Command } from 'commander';

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
  .command('verify')
  .description('check the audit chain and recordings: hashes, signatures, continuity')
  .argument('[session...]', 'ids of sessions; every finished recording when left out')
  .action(async (sessions: string[]) => (await import('./verify.js')).runVerify(sessions));

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
