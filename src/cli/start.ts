/** `witness start`: runs the gateway until it is told to stop, and says what to open and what to type. */
import { pino } from 'pino';
import { type Gateway, startGateway } from '../gateway/gateway.js';
import { loadSettings } from './settings.js';

export async function runStart(): Promise<void> {
  const settings = await loadSettings();
  const log = pino({ level: settings.logLevel, base: null }, pino.destination(2));
  process.stdout.write('Witness is starting ...\n');
  const gateway = await startGateway(settings, log);
  process.stdout.write(greeting(gateway, settings.dataDir));
  await untilToldToStop();
  process.stdout.write('Witness is stopping: sessions end, recordings are finished ...\n');
  await gateway.stop();
  process.stdout.write('Witness has stopped.\n');
}

/** What a person who started the gateway for the first time needs, and nothing else. */
export function greeting(gateway: Gateway, dataDir: string): string {
  const web = `https://${gateway.http.host}:${gateway.http.port}`;
  const lines = [
    '',
    `Witness is ready. Data: ${dataDir}. Encoder: ${gateway.encoder}.`,
    `  Open   ${gateway.firstSignInToken === null ? web : `${web}/sign-in#token=${gateway.firstSignInToken}`}`,
    ...(gateway.firstSignInToken === null
      ? []
      : ['         (signs the first administrator in, once; the browser warns of the self-signed certificate)']),
    `         certificate SHA-256 ${gateway.certificateFingerprint}`,
    `  Then   choose a target under Connect, and type the command that it shows, such as`,
    `         xfreerdp /v:${gateway.rdp.host}:${gateway.rdp.port} /load-balance-info:witness-... /u:witness-...`,
    ...(gateway.demoTargetPort === null
      ? []
      : ['         The target "demo-desktop" is there to try it: any user name and password.']),
    ...(gateway.recoveredRecordings === 0
      ? []
      : [`  ${gateway.recoveredRecordings} recording(s) of an earlier run are being finished.`]),
    '  Stop   with Ctrl+C',
    '',
    '',
  ];
  return lines.join('\n');
}

function untilToldToStop(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
}
