/**
 * [invariant 2] on dynamic channels as a property: whatever a target sends on drdynvc, whatever the client answers, and
 * however both cut it into chunks, a client sees no graphics that were not recorded first, and no channel that is withheld.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DvcClientPdu, type DvcServerPdu, encodeDvcPdu } from '../../../src/rdp/dvc/dvc-pdu.js';
import type { RelayOutput } from '../../../src/rdp/relay/output.js';
import { GRAPHICS_CHANNEL } from '../../../src/rdp/relay/shaping/dynamic-channels.js';
import { clientPdu, serverPdu } from '../dvc/arbitraries.js';
import { ALL_CODECS, messagesTo, pdusToClient, recorded, relayOffering, say } from './dynamic-support.js';
import { endOf } from './support.js';

const ALLOWED = new Set([
  GRAPHICS_CHANNEL,
  'Microsoft::Windows::RDS::DisplayControl',
  'AUDIO_PLAYBACK_DVC',
  'AUDIO_PLAYBACK_LOSSY_DVC',
]);

const cbId = fc.constantFrom<0 | 1 | 2>(0, 0, 0, 1, 2);
/** Few ids, so that channels meet again. */
const channelId = fc.integer({ min: 1, max: 4 });
const bytes = fc.uint8Array({ maxLength: 20 });
const name = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...ALLOWED) },
  { weight: 4, arbitrary: fc.constant(GRAPHICS_CHANNEL) },
  fc.constantFrom('Microsoft::Windows::RDS::Video::Data::v08.01', 'ECHO', GRAPHICS_CHANNEL.toUpperCase(), ''),
);
const trailing = fc.oneof({ weight: 9, arbitrary: fc.constant(new Uint8Array(0)) }, fc.constant(Uint8Array.of(0x41)));
const sp = fc.integer({ min: 0, max: 3 });
/** Compression ends the session, so there is little of it. */
const compressed = fc.integer({ min: 0, max: 30 }).map((value) => value === 0);

const data = fc.record({ kind: fc.constant('data' as const), cbId, sp, compressed, channelId, data: bytes });
const dataFirst = fc
  .record({ cbId, compressed, channelId, data: bytes, more: fc.integer({ min: 0, max: 30 }) })
  .map(({ more, ...rest }) => ({
    kind: 'data-first' as const,
    len: 1 as const,
    length: rest.data.length + more,
    ...rest,
  }));
const close = fc.record({ kind: fc.constant('close' as const), cbId, sp, channelId });

const fromTarget: fc.Arbitrary<DvcServerPdu> = fc.oneof(
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('create-request' as const),
      cbId,
      pri: sp,
      channelId,
      channelName: name,
      trailing,
    }),
  },
  { weight: 12, arbitrary: data },
  { weight: 8, arbitrary: dataFirst },
  { weight: 2, arbitrary: close },
  { weight: 1, arbitrary: serverPdu },
);
const fromClient: fc.Arbitrary<DvcClientPdu> = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.record({
      kind: fc.constant('create-response' as const),
      cbId,
      sp,
      channelId,
      creationStatus: fc.constantFrom(0, 0, 0, 0, -1),
    }),
  },
  { weight: 2, arbitrary: close },
  { weight: 1, arbitrary: clientPdu },
);

interface Step {
  readonly side: 'client' | 'target';
  readonly message: Uint8Array;
  readonly chunkBytes: number;
}
const chunkBytes = fc.constantFrom(1600, 1600, 5);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      side: fc.constant('target' as const),
      message: fromTarget.map(encodeDvcPdu),
      chunkBytes,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ side: fc.constant('client' as const), message: fromClient.map(encodeDvcPdu), chunkBytes }),
  },
);

/** A channel is closed by both sides, asked for again, and opened: without this most ids are soon used up. */
const opening: fc.Arbitrary<Step[]> = fc
  .record({ channelId, channelName: name })
  .map(({ channelId: id, channelName }) => {
    const common = { cbId: 0, sp: 0, channelId: id } as const;
    const fresh = {
      kind: 'create-request',
      cbId: 0,
      pri: 0,
      channelId: id,
      channelName,
      trailing: new Uint8Array(0),
    } as const;
    return [
      { side: 'target', message: encodeDvcPdu({ kind: 'close', ...common }), chunkBytes: 1600 },
      { side: 'client', message: encodeDvcPdu({ kind: 'close', ...common }), chunkBytes: 1600 },
      { side: 'target', message: encodeDvcPdu(fresh), chunkBytes: 1600 },
      {
        side: 'client',
        message: encodeDvcPdu({ kind: 'create-response', ...common, creationStatus: 0 }),
        chunkBytes: 1600,
      },
    ];
  });

const scenario = fc
  .array(fc.oneof({ weight: 1, arbitrary: opening }, { weight: 3, arbitrary: step.map((one) => [one]) }), {
    minLength: 10,
    maxLength: 30,
  })
  .map((parts) => parts.flat());

/** A client that believes all it is told: every channel that it was asked for is open, as soon as it was asked. */
class CarelessClient {
  readonly #names = new Map<number, string>();
  readonly #recorded: Uint8Array[] = [];
  drawn = 0;

  take(outputs: readonly RelayOutput[]): void {
    for (const output of outputs) {
      this.#recorded.push(...recorded([output]));
      if (output.type !== 'send' || output.to !== 'client') continue;
      this.#see(output);
    }
  }

  /** Frames of one message follow each other: they are looked at together by the caller. */
  #see(output: RelayOutput): void {
    const messages = messagesTo('client', [output]);
    for (const [index, pdu] of pdusToClient([output]).entries()) this.#pdu(pdu, messages[index] ?? new Uint8Array(0));
  }

  #pdu(pdu: DvcServerPdu, message: Uint8Array): void {
    switch (pdu.kind) {
      case 'create-request':
        expect(ALLOWED).toContain(pdu.channelName);
        expect(pdu.trailing).toHaveLength(0);
        this.#names.set(pdu.channelId, pdu.channelName);
        return;
      case 'data':
      case 'data-first':
        expect(this.#names.has(pdu.channelId)).toBe(true);
        expect(pdu.compressed).toBe(false);
        if (this.#names.get(pdu.channelId) === GRAPHICS_CHANNEL) this.#expectRecorded(message);
        return;
      case 'close':
        this.#names.delete(pdu.channelId);
        return;
      case 'capabilities-request':
        expect(pdu.version).toBeLessThan(3);
        return;
      case 'soft-sync-request':
        throw new Error('a switch to tunnels reached the client');
    }
  }

  /** Among what was recorded and not drawn yet, in the same order. Creations and closes are recorded beside the data. */
  #expectRecorded(message: Uint8Array): void {
    const at = this.#recorded.findIndex((bytes) => Buffer.compare(bytes, message) === 0);
    expect(at, 'recorded before it is shown').toBeGreaterThanOrEqual(0);
    this.#recorded.splice(0, at + 1);
    this.drawn += 1;
  }
}

/** Frames that are parts of one message as if it had come in one, for a client that looks at whole messages. */
function whole(outputs: readonly RelayOutput[]): RelayOutput[] {
  const others = outputs.filter((output) => output.type !== 'send' || output.to !== 'client');
  const sent = outputs.filter((output) => output.type === 'send' && output.to === 'client');
  // What is recorded comes first or not at all: had it come behind, this order would hide it.
  const lastRecord = outputs.findLastIndex(({ type }) => type === 'record');
  const firstSent = outputs.findIndex((output) => output.type === 'send' && output.to === 'client');
  expect(firstSent === -1 || lastRecord < firstSent).toBe(true);
  const joined = messagesTo('client', sent).map((message): RelayOutput[] =>
    say(ECHO, 'target', message, 1 << 16).filter(({ type }) => type === 'send'),
  );
  return [...others, ...joined.flat()];
}

const ECHO = {
  fromTarget: (frame: Uint8Array): RelayOutput[] => [{ type: 'send', to: 'client', bytes: frame }],
  fromClient: (): RelayOutput[] => [],
  redraw: () => [],
  close: (): RelayOutput[] => [],
};

describe('[invariant 2] no unrecorded graphics', () => {
  it.each([
    ['offered', ALL_CODECS],
    ['withheld', null],
  ])('whatever either side says on dynamic channels while the pipeline is %s', (_, offer) => {
    let drawn = 0;
    fc.assert(
      fc.property(scenario, (steps) => {
        const relay = relayOffering(offer);
        const client = new CarelessClient();
        for (const { side, message, chunkBytes: size } of steps) {
          const outputs = say(relay, side, message, size);
          client.take(whole(outputs));
          if (endOf(outputs) !== undefined) break;
        }
        drawn += client.drawn;
      }),
      { numRuns: 600 },
    );
    // The property says something only when a good part of it draws.
    if (offer === null) expect(drawn).toBe(0);
    else expect(drawn).toBeGreaterThan(300);
  });

  it('and whatever bytes the target sends', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 30 }), { maxLength: 10 }), (messages) => {
        const relay = relayOffering(ALL_CODECS);
        const client = new CarelessClient();
        for (const message of messages) client.take(whole(say(relay, 'target', message)));
      }),
    );
  });
});
