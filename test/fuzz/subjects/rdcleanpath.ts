/** RDCleanPath: what a browser says first, and what the gateway answers it. */
import { parsePortalStart } from '../../../src/portal/portal-start.js';
import {
  decodeRdCleanPath,
  encodeRdCleanPath,
  rdCleanPathLength,
  type RdCleanPathPdu,
} from '../../../src/rdp/rdcleanpath/rdcleanpath-pdu.js';
import { Reader } from '../../../src/rdp/wire/reader.js';
import { capture } from '../../helpers/fixture-files.js';
import { BrokenPromise, stateless, type Subject } from '../subject.js';

function examples(): RdCleanPathPdu[] {
  const { client, target } = capture('xfreerdp');
  const [asked, answered] = [client[0] ?? new Uint8Array(0), target[0] ?? new Uint8Array(0)];
  const certificate = Uint8Array.from({ length: 700 }, (_, at) => at);
  const request = { kind: 'request', destination: 'host.example:3389', proxyAuth: 'ticket-ä', preconnectionBlob: null };
  const error = { kind: 'error', errorCode: 1, httpStatusCode: 403, wsaLastError: null, tlsAlertCode: null } as const;
  return [
    { ...request, kind: 'request', x224ConnectionPdu: asked },
    { ...request, kind: 'request', x224ConnectionPdu: asked, preconnectionBlob: 'a-vm' },
    {
      kind: 'response',
      x224ConnectionPdu: answered,
      serverCertChain: [certificate, certificate.subarray(0, 90)],
      serverAddr: '192.0.2.1:3389',
    },
    { ...error, x224ConnectionPdu: null },
    { ...error, errorCode: 2, wsaLastError: 10_060, tlsAlertCode: 48, x224ConnectionPdu: answered },
  ];
}

/** Size first, as from a stream; and what was read says the same when it is written and read again. */
function whole(input: Uint8Array): void {
  const length = rdCleanPathLength(input);
  if (length !== null && length < 2) throw new BrokenPromise(`a PDU of ${length} bytes`);
  const pdu = decodeRdCleanPath(new Reader(input, 'fuzz'));
  if (length !== input.length) throw new BrokenPromise(`${length} bytes of ${input.length} were a whole PDU`);
  if (pdu.kind === 'error') return;
  const again = decodeRdCleanPath(new Reader(encodeRdCleanPath(pdu), 'fuzz'));
  if (JSON.stringify(again) !== JSON.stringify(pdu)) throw new BrokenPromise('another PDU after it was written');
}

function start(input: Uint8Array): void {
  const parsed = parsePortalStart(input);
  if (parsed !== null && parsed.taken > input.length) throw new BrokenPromise('more taken than there was');
}

export function rdCleanPathSubjects(): Subject[] {
  const pdus = examples().map(encodeRdCleanPath);
  return [stateless('rdcleanpath', pdus, whole), stateless('portal-start', pdus.slice(0, 2), start)];
}
