/** What is read before a session is active: framing, X.224, MCS, GCC, Client Info and licensing. */
import { decodeClientInfo } from '../../../src/rdp/connection/client-info.js';
import { decodeClientDataBlocks, encodeClientDataBlocks } from '../../../src/rdp/connection/gcc/client-data-blocks.js';
import { decodeConferenceCreateRequest } from '../../../src/rdp/connection/gcc/conference-create-request.js';
import { decodeConferenceCreateResponse } from '../../../src/rdp/connection/gcc/conference-create-response.js';
import { decodeServerDataBlocks, encodeServerDataBlocks } from '../../../src/rdp/connection/gcc/server-data-blocks.js';
import { decodeLicensingPdu, encodeLicensingPdu } from '../../../src/rdp/connection/licensing.js';
import { decodeConnectInitial } from '../../../src/rdp/connection/mcs/connect-initial.js';
import { decodeConnectResponse } from '../../../src/rdp/connection/mcs/connect-response.js';
import { decodeDomainPdu } from '../../../src/rdp/connection/mcs/domain-pdu.js';
import { locateSendData } from '../../../src/rdp/connection/mcs/send-data.js';
import { decodeMessageChannelPdu } from '../../../src/rdp/connection/message-channel.js';
import { encodePreconnectionBlob, readPreconnectionBlob } from '../../../src/rdp/connection/preconnection-blob.js';
import {
  decodeSecurityHeader,
  encodeSecured,
  SEC_AUTODETECT_REQ,
} from '../../../src/rdp/connection/security-header.js';
import { decodeConnectionConfirm } from '../../../src/rdp/connection/x224/connection-confirm.js';
import { decodeConnectionRequest } from '../../../src/rdp/connection/x224/connection-request.js';
import { openDataFrame } from '../../../src/rdp/connection/x224/data.js';
import { Reader } from '../../../src/rdp/wire/reader.js';
import { decodeTpkt, Framer } from '../../../src/rdp/wire/tpkt.js';
import { BrokenPromise, stateless, subject, type Step, type Subject } from '../subject.js';
import * as examples from './examples.js';
import { capture, CAPTURES, joined } from '../../helpers/fixture-files.js';

const reading =
  <T>(decode: (reader: Reader) => T) =>
  (input: Uint8Array): T =>
    decode(new Reader(input, 'fuzz'));

const inTpkt =
  <T>(decode: (reader: Reader) => T) =>
  (input: Uint8Array): T =>
    decode(decodeTpkt(new Reader(input, 'fuzz'), 'fuzz'));

/** A stream in chunks: an input is the size of its chunks and the stream. It has as many bytes as its PDUs. */
function framing(): Step {
  return (input) => {
    const framer = new Framer();
    const chunkBytes = 1 + (input[0] ?? 0);
    let framedBytes = 0;
    for (let at = 1; at < input.length; at += chunkBytes) {
      for (const pdu of framer.push(input.slice(at, at + chunkBytes))) framedBytes += pdu.length;
    }
    if (framedBytes > Math.max(0, input.length - 1)) throw new BrokenPromise('more bytes than there were');
    return 'decoded';
  };
}

function initial(input: Uint8Array): unknown {
  const { userData } = decodeConnectInitial(openDataFrame(input, 'connectInitial'));
  return decodeConferenceCreateRequest(new Reader(userData, 'fuzz'));
}

function response(input: Uint8Array): unknown {
  const { userData } = decodeConnectResponse(openDataFrame(input, 'connectResponse'));
  return decodeConferenceCreateResponse(new Reader(userData, 'fuzz'));
}

function domainPdu(input: Uint8Array): unknown {
  locateSendData(input);
  return decodeDomainPdu(openDataFrame(input, 'domainPdu'));
}

function clientBlocks(): Uint8Array[] {
  return examples.connectInitials().map((frame) => {
    const { userData } = decodeConnectInitial(openDataFrame(frame, 'examples'));
    return encodeClientDataBlocks(decodeConferenceCreateRequest(new Reader(userData, 'examples')).clientData);
  });
}

function serverBlocks(): Uint8Array[] {
  return examples.connectResponses().map((frame) => {
    const { userData } = decodeConnectResponse(openDataFrame(frame, 'examples'));
    return encodeServerDataBlocks(decodeConferenceCreateResponse(new Reader(userData, 'examples')).serverData);
  });
}

export function connectionSubjects(): Subject[] {
  const { client, target } = examples.frames();
  const first = (side: 'client' | 'target') => CAPTURES.flatMap((name) => capture(name)[side].slice(0, 1));
  const streamOf = (list: readonly Uint8Array[], chunkBytes: number) => [joined(Uint8Array.of(chunkBytes), ...list)];
  const blobs = [null, 'ticket\0'].map((wszPcb) =>
    encodePreconnectionBlob({ flags: 0, id: 1, wszPcb, trailing: new Uint8Array(0) }),
  );
  const licensing = encodeLicensingPdu({ kind: 'opaque', messageType: 2, flags: 3, data: new Uint8Array(20) });
  const autoDetect = encodeSecured({ flags: SEC_AUTODETECT_REQ, flagsHi: 0 }, Uint8Array.of(6, 0, 1, 0, 1, 0));
  const withSecurity = (decode: (reader: Reader) => unknown) => (input: Uint8Array) => {
    const reader = new Reader(input, 'fuzz');
    decodeSecurityHeader(reader);
    return decode(reader);
  };
  return [
    subject({
      name: 'framer',
      streams: [streamOf(client.slice(0, 12), 6), streamOf(target.slice(0, 12), 255)],
      open: framing,
    }),
    stateless('preconnection-blob', [...blobs, ...first('client')], readPreconnectionBlob),
    stateless('connection-request', first('client'), inTpkt(decodeConnectionRequest)),
    stateless('connection-confirm', first('target'), inTpkt(decodeConnectionConfirm)),
    stateless('connect-initial', examples.connectInitials(), initial),
    stateless('connect-response', examples.connectResponses(), response),
    stateless('client-data-blocks', clientBlocks(), reading(decodeClientDataBlocks)),
    stateless('server-data-blocks', serverBlocks(), reading(decodeServerDataBlocks)),
    stateless('domain-pdu', examples.dataFrames([...client, ...target]), domainPdu),
    stateless('client-info', examples.clientInfos(), withSecurity(decodeClientInfo)),
    stateless(
      'licensing',
      [...examples.licences(), encodeSecured({ flags: 0x80, flagsHi: 0 }, licensing)],
      withSecurity(decodeLicensingPdu),
    ),
    stateless('message-channel', [autoDetect], reading(decodeMessageChannelPdu), { weight: 0.5 }),
  ];
}
