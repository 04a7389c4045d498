/**
 * The relay with both legs. An input is a control byte and a PDU: the lowest bit says which leg it comes from, the others
 * how far a relay begins anew before it (0: it does not).
 */
import { ALL_CHANNEL_USES } from '../../../src/contract/channel-policy.js';
import { createContentHash } from '../../../src/gateway/relay/content-hash.js';
import { Relay } from '../../../src/rdp/relay/relay.js';
import { PROTOCOL_HYBRID, PROTOCOL_SSL } from '../../../src/rdp/connection/security-protocols.js';
import { GFX_CODECS } from '../../../src/contract/gfx-table.js';
import { subject, type Step, type Subject } from '../subject.js';
import { joined } from '../../helpers/fixture-files.js';
import { sessions, type Turn } from './sessions.js';

function feed(relay: Relay, { from, pdu }: Turn): boolean {
  const outputs = from === 'client' ? relay.fromClient(pdu) : relay.fromTarget(pdu);
  relay.farewell('policy');
  return !outputs.some(({ type }) => type === 'end');
}

function newRelay(recorded: boolean): Relay {
  return new Relay({
    recorded,
    targetSelectedProtocol: PROTOCOL_SSL,
    clientRequestedProtocols: PROTOCOL_SSL | PROTOCOL_HYBRID,
    channels: new Set(ALL_CHANNEL_USES),
    createHash: createContentHash,
    gfxOffer: new Set(GFX_CODECS),
  });
}

function opening(turns: readonly Turn[], recorded: boolean): () => Step {
  const after = (count: number): Relay => {
    const relay = newRelay(recorded);
    for (const turn of turns.slice(0, count)) feed(relay, turn);
    return relay;
  };
  return () => {
    let relay = after(turns.length);
    return (input) => {
      const control = input[0] ?? 0;
      if (control > 1) relay = after(((control >> 1) - 1) % (turns.length + 1));
      const goesOn = feed(relay, { from: (control & 1) === 0 ? 'client' : 'target', pdu: input.subarray(1) });
      if (!goesOn) relay = after(turns.length);
      return goesOn ? 'decoded' : 'refused';
    };
  };
}

/** Every turn as the first that a relay of that moment gets, with the three that follow. */
function streams(turns: readonly Turn[]): Uint8Array[][] {
  return turns.map((_, first) =>
    turns.slice(first, first + 4).map(({ from, pdu }, index) => {
      const begin = index === 0 ? first + 1 : 0;
      return joined(Uint8Array.of((begin << 1) | (from === 'client' ? 0 : 1)), pdu);
    }),
  );
}

export function relaySubjects(): Subject[] {
  return Object.entries(sessions()).flatMap(([name, turns]) =>
    [true, false].map((recorded) =>
      subject({
        name: `relay-${name}-${recorded ? 'recorded' : 'unrecorded'}`,
        weight: recorded ? 1 : 0.5,
        refusals: [],
        mutatedShare: 0.6,
        streams: streams(turns),
        open: opening(turns, recorded),
      }),
    ),
  );
}
