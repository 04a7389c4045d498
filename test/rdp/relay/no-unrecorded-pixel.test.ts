/** [invariant 2] as a property: whatever a target sends, in whatever order and wrapping, what draws was recorded first. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { locateSendData } from '../../../src/rdp/connection/mcs/send-data.js';
import type { RelayOutput } from '../../../src/rdp/relay/output.js';
import { encodeShareControl, PduType, SERVER_CHANNEL_ID } from '../../../src/rdp/session/share-control.js';
import { PduType2 } from '../../../src/rdp/session/share-data.js';
import { encodeFastPathOutput } from '../../../src/rdp/updates/fast-path-output.js';
import { isFastPath } from '../../../src/rdp/wire/tpkt.js';
import {
  activeRelay,
  confirmActive,
  connectedRelay,
  dataPdu,
  demandActive,
  endOf,
  ioFromClient,
  ioFromTarget,
  LICENCE_ALERT,
} from './support.js';

const payload = fc.uint8Array({ maxLength: 40 });
/** Compression packages with and without each PACKET_ bit. */
const compressedType = fc.constantFrom(0, 0, 0x20, 0x21, 0x40, 0x80, 0xc1, 0xe1, 0x01);

const data = fc
  .tuple(
    fc.oneof(fc.constantFrom(...Object.values(PduType2)), fc.integer({ min: 0, max: 0xff })),
    payload,
    compressedType,
  )
  .map(([type, bytes, compressed]) => dataPdu(type, bytes, compressed));

const control = fc
  .tuple(fc.integer({ min: 0, max: 15 }), payload)
  // A redirection and a malformed Demand Active end the session, after which nothing is sent at all.
  .filter(([pduType]) => pduType !== PduType.serverRedirection && pduType !== PduType.demandActive)
  .map(([pduType, body]) =>
    pduType === PduType.data
      ? dataPdu(PduType2.update, body)
      : encodeShareControl({ pduType, pduSource: SERVER_CHANNEL_ID }, body),
  );

const flow = fc.constant(Uint8Array.of(0x00, 0x80, 1, 2, 3, 4, 5, 6));
const pdu = fc.oneof({ weight: 6, arbitrary: data }, control, flow, fc.constant(demandActive()));

const ioFrame = fc
  .tuple(fc.array(pdu, { minLength: 1, maxLength: 4 }), fc.integer({ min: 0, max: 3 }))
  .map(([pdus, padding]) => ioFromTarget(new Uint8Array(Buffer.concat([...pdus, new Uint8Array(padding)]))));

const fastPath = fc
  .array(fc.record({ updateCode: fc.integer({ min: 0, max: 15 }), compressionFlags: compressedType, data: payload }), {
    minLength: 1,
    maxLength: 3,
  })
  .map((updates) =>
    encodeFastPathOutput({ flags: 0, updates: updates.map((update) => ({ ...update, fragmentation: 0 as const })) }),
  );

const channelFrame = fc
  .tuple(payload, fc.integer({ min: 1004, max: 1010 }))
  .map(([bytes, channelId]) => ioFromTarget(bytes, channelId));

/** A frame with more behind its user data than it says, or with another X.224 header. */
const oddFrame = fc.tuple(ioFrame, data, fc.constantFrom(4, 6)).map(([frame, more, at]) => {
  const odd = new Uint8Array(Buffer.concat([frame, at === 4 ? more : new Uint8Array(0)]));
  odd.set([odd.length >> 8, odd.length & 0xff], 2);
  if (at === 6) odd[6] = 0;
  return odd;
});

const fromTarget = fc.oneof(
  { weight: 8, arbitrary: ioFrame },
  { weight: 4, arbitrary: fastPath },
  channelFrame,
  fc.constant(ioFromTarget(LICENCE_ALERT)),
  { weight: 1, arbitrary: oddFrame },
);
type Step = { readonly from: 'target' | 'client'; readonly bytes: Uint8Array };
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 9, arbitrary: fromTarget.map((bytes) => ({ from: 'target' as const, bytes })) },
    { weight: 1, arbitrary: fc.constant({ from: 'client' as const, bytes: ioFromClient(confirmActive()) }) },
  ),
  { maxLength: 12 },
);

const WITHOUT_PIXELS: ReadonlySet<number> = new Set([
  PduType2.control,
  PduType2.synchronize,
  PduType2.playSound,
  PduType2.shutdownDenied,
  PduType2.saveSessionInfo,
  PduType2.fontMap,
  PduType2.setKeyboardIndicators,
  PduType2.setKeyboardImeStatus,
  PduType2.setErrorInfo,
  PduType2.arcStatus,
  PduType2.statusInfo,
  PduType2.monitorLayout,
]);
const CHANNELS_WITHOUT_PIXELS = new Set([1004, 1005, 1006]);

/**
 * What of a frame a client might draw with, read as a careless client would: to the end of the frame, whatever MCS says,
 * and without any state but whether licensing is over.
 */
function drawing(frame: Uint8Array, licensed: boolean): Uint8Array[] {
  if (isFastPath(frame)) return [frame];
  const location = locateSendData(frame);
  if (location === null) return [];
  if (location.channelId !== 1003) {
    expect(CHANNELS_WITHOUT_PIXELS).toContain(location.channelId);
    return [];
  }
  const found: Uint8Array[] = [];
  let at = location.offset;
  const word = (offset: number) => (frame[offset] ?? 0) | ((frame[offset + 1] ?? 0) << 8);
  const isLicence = !licensed && (word(at) & 0x80) !== 0 && word(at + 6) === location.sizeBytes - 4;
  if (isLicence) return [];
  while (at + 4 <= frame.length) {
    const length = word(at) === 0x8000 ? 8 : word(at);
    const type = word(at + 2) & 0xf;
    if (word(at) !== 0x8000 && type === PduType.data) {
      const type2 = frame[at + 14] ?? 0;
      const flags = frame[at + 15] ?? 0;
      if (!WITHOUT_PIXELS.has(type2) || (flags & 0xe0) !== 0) found.push(frame.subarray(at, at + length));
    } else if (word(at) !== 0x8000) {
      expect([PduType.demandActive, PduType.deactivateAll]).toContain(type);
    }
    at += length;
  }
  return found;
}

/** Checks outputs in order: everything drawn is the next thing recorded. */
class Checker {
  readonly #recorded: Uint8Array[] = [];
  #licensed: boolean;
  drawn = 0;

  constructor(licensed: boolean) {
    this.#licensed = licensed;
  }

  check(outputs: readonly RelayOutput[]): void {
    for (const output of outputs) {
      if (output.type === 'record') this.#recorded.push(output.pdu.slice());
      if (output.type !== 'send' || output.to !== 'client') continue;
      for (const bytes of drawing(output.bytes, this.#licensed)) {
        expect(Buffer.from(this.#recorded.shift() ?? []).toString('hex')).toBe(Buffer.from(bytes).toString('hex'));
        this.drawn += 1;
      }
      if (Buffer.from(output.bytes).includes(Buffer.from(LICENCE_ALERT))) this.#licensed = true;
      if (Buffer.from(output.bytes).includes(Buffer.from([0x11, 0, 0xea, 3]))) this.#licensed = true;
    }
  }
}

describe('[invariant 2] no unrecorded pixel', () => {
  it.each([
    ['from the end of Client Info on', () => connectedRelay(), false],
    ['in an active session', () => activeRelay(), true],
  ])('whatever a target sends %s', (_, start, licensed) => {
    let drawn = 0;
    fc.assert(
      fc.property(steps, (given) => {
        const relay = start();
        const checker = new Checker(licensed);
        for (const { from, bytes } of given) {
          const outputs = from === 'client' ? relay.fromClient(bytes) : relay.fromTarget(bytes);
          checker.check(outputs);
          if (endOf(outputs) !== undefined) break;
        }
        drawn += checker.drawn;
      }),
      { numRuns: 600 },
    );
    // The property says something only when a good part of it draws.
    expect(drawn).toBeGreaterThan(500);
  });
});
