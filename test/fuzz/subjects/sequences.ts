/** The sequences of the demo's client and server: a PDU in a state. An input is the number of a state, and a PDU. */
import { stepClientSequence } from '../../../src/rdp/client/client-sequence.js';
import { stepServerSequence } from '../../../src/rdp/server/server-sequence.js';
import { Conversation } from '../../rdp/server/sequences.js';
import { stateless, type Subject } from '../subject.js';
import { joined } from '../../helpers/fixture-files.js';

export function sequenceSubjects(): Subject[] {
  const { toServer, toClient } = new Conversation();
  const examples = (turns: readonly { readonly pdu: Uint8Array }[]) =>
    turns.map(({ pdu }, index) => joined(Uint8Array.of(index), pdu));
  const stateOf = <State>(turns: readonly { readonly state: State }[], input: Uint8Array): State => {
    const turn = turns[(input[0] ?? 0) % turns.length];
    if (turn === undefined) throw new Error('no state');
    return turn.state;
  };
  return [
    stateless('server-sequence', examples(toServer), (input) =>
      stepServerSequence(stateOf(toServer, input), input.subarray(1)),
    ),
    stateless('client-sequence', examples(toClient), (input) =>
      stepClientSequence(stateOf(toClient, input), input.subarray(1)),
    ),
  ];
}
