/**
 * Clipboard and drives of real clients at a real server, through the relay: allowed and withheld, and what is on record.
 * Contents of files on drives are a matter of rdp/relay/devices.test.ts: xrdp shows drives with FUSE, which containers lack.
 */
import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ChannelUse } from '../../src/contract/channel-policy.js';
import { type TraceEvent, type TraceRecord, TraceRecordKind } from '../../src/contract/trace.js';
import { startRecordedRelay } from '../helpers/recorded-relay.js';
import { copyText, pastedText } from '../peers/clipboard.js';
import { useLab, type Display } from '../peers/lab.js';
import { startRdesktop, startXfreerdp } from '../peers/rdp-client.js';
import { waitFor } from '../peers/wait.js';
import { startXrdp, type Xrdp } from '../peers/xrdp.js';
import { startXvfb } from '../peers/xvfb.js';
import { requirePeers } from '../setup/requirements.js';

const TIMEOUT_MS = 60_000;

function eventsOf(records: readonly TraceRecord[], kind: TraceEvent['kind']): TraceEvent['data'][] {
  return records
    .filter((record) => record.kind === TraceRecordKind.event)
    .map((record) => JSON.parse(Buffer.from(record.payload).toString()) as TraceEvent)
    .flatMap((event) => (event.kind === kind ? [event.data] : []));
}

/** Text goes to X11 as UTF-8, and through RDP as UTF-16 with a null at its end. */
const sha256OfText = (text: string) =>
  createHash('sha256')
    .update(Buffer.from(`${text}\0`, 'utf16le'))
    .digest('hex');

const COPY_AGAIN_MS = 5_000;

describe.runIf(requirePeers('xrdp', 'xfreerdp', 'Xvfb', 'xclip'))('xfreerdp at xrdp', () => {
  const lab = useLab();
  let monitor: Display;

  beforeAll(async () => {
    monitor = await startXvfb(lab);
  });

  /** A connection that allows these uses; `over` ends it and gives the trace's records. */
  async function connect(uses: readonly ChannelUse[], args: readonly string[]) {
    // A server of its own for each: a session that is taken up again has no clipboard at xrdp 0.9.
    const xrdp = await startXrdp(lab);
    const relay = await startRecordedRelay(xrdp.port, { channels: new Set(uses) });
    const { name: user, password } = xrdp.user;
    const client = await startXfreerdp(lab, { port: relay.port, user, password, display: monitor, args });
    await client.connected();
    const session = await xrdp.sessionDisplay();
    const over = async (): Promise<TraceRecord[]> => {
      await client.process.stop();
      await relay.over;
      return relay.records();
    };
    return { session, over };
  }

  /** Copies at `from` again and again until `to` has it, because either side may not look yet. */
  async function arrives(from: Display, to: Display, text: string, withinMs = 30_000): Promise<boolean> {
    const deadline = performance.now() + withinMs;
    for (;;) {
      const owner = await copyText(lab, from, text);
      const look = async () => (await pastedText(lab, to)) === text;
      const arrived = await waitFor(`"${text}" on ${to.name}`, look, Math.min(withinMs, COPY_AGAIN_MS)).then(
        () => true,
        () => false,
      );
      await owner.stop();
      if (arrived || performance.now() >= deadline) return arrived;
    }
  }

  it(
    'copies and pastes each way, and the event track says what',
    async () => {
      const { session, over } = await connect(['clipboard-to-target', 'clipboard-to-client'], ['+clipboard']);
      expect(await arrives(monitor, session, 'from the client')).toBe(true);
      expect(await arrives(session, monitor, 'from the target')).toBe(true);
      const copied = eventsOf(await over(), 'clipboard').filter(({ action }) => action === 'copied');
      for (const [direction, text] of [
        ['to-target', 'from the client'],
        ['to-client', 'from the target'],
      ] as const) {
        expect(copied).toContainEqual(
          expect.objectContaining({ direction, format: 'CF_UNICODETEXT', sha256: sha256OfText(text) }),
        );
      }
    },
    TIMEOUT_MS,
  );

  it.each([
    ['clipboard-to-target', 'to-client'],
    ['clipboard-to-client', 'to-target'],
  ] as const)(
    'pastes one way only when %s alone is allowed',
    async (use, withheld) => {
      const { session, over } = await connect([use], ['+clipboard']);
      const [from, to] = use === 'clipboard-to-target' ? [monitor, session] : [session, monitor];
      expect(await arrives(from, to, `allowed ${use}`)).toBe(true);
      expect(await arrives(to, from, `secret ${use}`, 3_000)).toBe(false);
      // The way that is allowed goes on.
      expect(await arrives(from, to, `again ${use}`)).toBe(true);
      const records = await over();
      const events = eventsOf(records, 'clipboard');
      expect(events).toContainEqual(expect.objectContaining({ action: 'withheld', direction: withheld }));
      expect(events.filter((data) => data['action'] === 'copied' && data['direction'] === withheld)).toEqual([]);
    },
    TIMEOUT_MS,
  );
});

describe.runIf(requirePeers('xrdp', 'rdesktop', 'Xvfb'))('rdesktop at xrdp', () => {
  const lab = useLab();
  let xrdp: Xrdp;
  let monitor: Display;

  beforeAll(async () => {
    [xrdp, monitor] = await Promise.all([startXrdp(lab), startXvfb(lab)]);
  });

  it.each([
    ['drives', 'redirected'],
    ['printers', 'withheld'],
  ] as const)(
    'has its folder %s when policy allows that: %s',
    async (use, action) => {
      const relay = await startRecordedRelay(xrdp.port, { channels: new Set([use]) });
      const { name: user, password } = xrdp.user;
      const args = ['-r', `disk:share=${lab.scratch('shared')}`];
      const client = await startRdesktop(lab, { port: relay.port, user, password, display: monitor, args });
      await client.connected();
      const announced = ({ kind, data }: TraceEvent) => kind === 'drive' && data['name'] === 'share';
      await waitFor('the announcement of the drive', () => relay.events.some(announced));
      await client.process.stop();
      await relay.over;
      expect(eventsOf(await relay.records(), 'drive')).toEqual([{ action, device: 'drive', name: 'share' }]);
    },
    TIMEOUT_MS,
  );
});
