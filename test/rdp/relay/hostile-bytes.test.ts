/** Cut and changed PDUs of recorded connections: the relay answers or ends, and never takes long. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Relay } from '../../../src/rdp/relay/relay.js';
import type { RelayOutput } from '../../../src/rdp/relay/output.js';
import { example } from '../session/support.js';
import {
  type CaptureName,
  confirmActive,
  conversation,
  dataPdu,
  demandActive,
  ioFromClient,
  ioFromTarget,
  policy,
  type Side,
} from './support.js';

type Turn = { readonly from: Side; readonly pdu: Uint8Array };

/** A whole session: a recorded connection, then the examples of the specification. */
function session(name: CaptureName): Turn[] {
  const target = (pdu: Uint8Array): Turn => ({ from: 'target', pdu: ioFromTarget(pdu) });
  const client = (pdu: Uint8Array): Turn => ({ from: 'client', pdu: ioFromClient(pdu) });
  return [
    ...conversation(name),
    target(example('demand-active')),
    client(example('confirm-active')),
    client(example('client-synchronize')),
    client(example('client-control-cooperate')),
    client(example('persistent-key-list')),
    client(example('font-list')),
    target(example('server-synchronize')),
    target(example('font-map')),
    target(example('save-session-info-version-2')),
    target(example('save-session-info-extended')),
    target(dataPdu(2, Uint8Array.of(1, 0, 0, 0))),
    target(demandActive()),
    client(confirmActive()),
    target(example('enhanced-redirection')),
  ];
}

function feed(relay: Relay, { from, pdu }: Turn): readonly RelayOutput[] {
  return from === 'client' ? relay.fromClient(pdu) : relay.fromTarget(pdu);
}

/** A relay that has seen the first `count` turns. */
function after(turns: readonly Turn[], count: number, recorded: boolean): Relay {
  const relay = new Relay(policy(recorded));
  for (const turn of turns.slice(0, count)) feed(relay, turn);
  return relay;
}

/** The PDU with the length in its TPKT header made right, as the framer hands it over. */
function reframed(pdu: Uint8Array): Uint8Array {
  const copy = pdu.slice();
  if (copy.length >= 4) copy.set([copy.length >> 8, copy.length & 0xff], 2);
  return copy;
}

function expectSane(outputs: readonly RelayOutput[]): void {
  for (const output of outputs) {
    if (output.type !== 'end') continue;
    expect(output.detail ?? '').not.toContain('undefined');
  }
}

describe.each(['xfreerdp', 'rdesktop'] as const)('a session of %s', (name) => {
  const turns = session(name);

  it.each([true, false])('goes through unharmed (recorded: %s)', (recorded) => {
    const relay = new Relay(policy(recorded));
    const ends = turns.map((turn) => feed(relay, turn).filter(({ type }) => type === 'end').length);
    expect(ends.slice(0, -1)).not.toContain(1);
    expect(ends.at(-1)).toBe(1);
  });

  it.each([true, false])('survives every PDU cut at every length (recorded: %s)', (recorded) => {
    for (const [index, { from, pdu }] of turns.entries()) {
      let relay = after(turns, index, recorded);
      for (let length = 1; length < pdu.length; length += 1) {
        for (const cut of [pdu.slice(0, length), reframed(pdu.slice(0, length))]) {
          const outputs = feed(relay, { from, pdu: cut });
          expectSane(outputs);
          // A PDU that was taken may have brought the relay further.
          if (outputs[0]?.type !== 'end') relay = after(turns, index, recorded);
        }
      }
    }
  });

  it('survives changed bytes, and answers each PDU in bounded time', () => {
    const change = fc.record({
      turn: fc.nat({ max: turns.length - 1 }),
      edits: fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 6 }),
      recorded: fc.boolean(),
    });
    let slowestMs = 0;
    fc.assert(
      fc.property(change, ({ turn, edits, recorded }) => {
        const relay = after(turns, turn, recorded);
        const changed = turns[turn];
        if (changed === undefined) return;
        const pdu = changed.pdu.slice();
        for (const [at, value] of edits) pdu[at % pdu.length] = value;
        const startedAt = performance.now();
        expectSane(feed(relay, { from: changed.from, pdu }));
        slowestMs = Math.max(slowestMs, performance.now() - startedAt);
        // What follows meets a relay that may have understood something else.
        for (const next of turns.slice(turn + 1)) expectSane(feed(relay, next));
      }),
      { numRuns: 600 },
    );
    expect(slowestMs).toBeLessThan(1000);
  }, 60_000);

  it('survives PDUs of either side at any time', () => {
    const order = fc.array(fc.tuple(fc.nat({ max: turns.length - 1 }), fc.boolean()), { maxLength: 30 });
    fc.assert(
      fc.property(order, fc.boolean(), (given, recorded) => {
        const relay = new Relay(policy(recorded));
        for (const [index, swapped] of given) {
          const turn = turns[index];
          if (turn === undefined) continue;
          const from = swapped === (turn.from === 'client') ? 'target' : 'client';
          expectSane(feed(relay, { from, pdu: turn.pdu }));
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('an end that the peer’s bytes caused', () => {
  it('[invariant 6] says structure and offset, and none of the bytes', () => {
    const turns = session('xfreerdp');
    const at = turns.findIndex(({ from, pdu }) => from === 'client' && pdu[7] === 0x64);
    const info = turns[at]?.pdu ?? new Uint8Array(0);
    for (let length = 20; length < info.length; length += 1) {
      const [end] = feed(after(turns, at, true), { from: 'client', pdu: info.slice(0, length) });
      if (end?.type !== 'end') throw new Error('no end');
      expect(end.detail).toMatch(/^[A-Za-z0-9 _]+: (truncated|invalid|unsupported|limit) at offset \d+/);
      expect(end.detail).not.toMatch(/secret|fixture/);
    }
  });
});
