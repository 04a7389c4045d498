/** A captured session that is followed. An input is a byte that says which side sent it, and what it sent. */
import { PROTOCOL_SSL } from '../../../src/rdp/connection/security-protocols.js';
import { CaptureReader } from '../../../src/rdp/capture/capture-reader.js';
import { subject, type Step, type Subject } from '../subject.js';
import { joined } from '../../helpers/fixture-files.js';
import { sessions } from './sessions.js';

function open(): Step {
  const reader = new CaptureReader(PROTOCOL_SSL);
  return (input) => {
    const bytes = input.subarray(1);
    const outputs = ((input[0] ?? 0) & 1) === 0 ? reader.fromClient(bytes) : reader.fromServer(bytes);
    return outputs.some(({ type }) => type === 'lost') ? 'refused' : 'decoded';
  };
}

/** A batch is one session from its beginning: there is no other way into the middle of one. */
export function captureSubjects(): Subject[] {
  const streams = Object.values(sessions()).map((turns) =>
    turns.map(({ from, pdu }) => joined(Uint8Array.of(from === 'client' ? 0 : 1), pdu)),
  );
  const batchInputs = Math.max(...streams.map(({ length }) => length));
  return [subject({ name: 'capture', weight: 2, refusals: [], mutatedShare: 0.1, batchInputs, streams, open })];
}
