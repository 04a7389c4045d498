/** The command line: `witness start`, `demo`, `verify`, `settings`. */
import { Command } from 'commander';
import { runDemo } from './demo.js';
import { printSettings } from './settings.js';
import { runStart } from './start.js';
import { runVerify } from './verify.js';

const program = new Command('witness').description(
  'An RDP gateway that records sessions, proves them, and replays them',
);

program.command('start').description('run the gateway').action(runStart);

program
  .command('demo')
  .description('run everything once, unattended: gateway, client, demo desktop, recording, verification, export')
  .option('--seconds <n>', 'how long the scripted session lasts', '10')
  .option('--out <folder>', 'where data and exports go; a temporary folder when left out')
  .action(runDemo);

program
  .command('verify')
  .description('check the audit chain and recordings: hashes, signatures, continuity')
  .argument('[session...]', 'ids of sessions; every finished recording when left out')
  .action(runVerify);

program
  .command('settings')
  .description('list every setting with its default and what is allowed')
  .action(printSettings);

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`witness: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
