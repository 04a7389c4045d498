import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decodeClientInfo, encodeClientInfo } from '../../../src/rdp/connection/client-info.js';
import { findClientBlock } from '../../../src/rdp/connection/gcc/client-data-blocks.js';
import {
  decodeConferenceCreateRequest,
  encodeConferenceCreateRequest,
} from '../../../src/rdp/connection/gcc/conference-create-request.js';
import {
  decodeConferenceCreateResponse,
  encodeConferenceCreateResponse,
} from '../../../src/rdp/connection/gcc/conference-create-response.js';
import { findServerBlock } from '../../../src/rdp/connection/gcc/server-data-blocks.js';
import { decodeLicensingPdu, encodeLicensingPdu, endsLicensing } from '../../../src/rdp/connection/licensing.js';
import { decodeConnectInitial, encodeConnectInitial } from '../../../src/rdp/connection/mcs/connect-initial.js';
import { decodeConnectResponse, encodeConnectResponse } from '../../../src/rdp/connection/mcs/connect-response.js';
import { decodeDomainParameters } from '../../../src/rdp/connection/mcs/domain-parameters.js';
import { decodeDomainPdu, encodeDomainPdu } from '../../../src/rdp/connection/mcs/domain-pdu.js';
import { encodePreconnectionBlob, readPreconnectionBlob } from '../../../src/rdp/connection/preconnection-blob.js';
import {
  decodeSecurityHeader,
  encodeSecured,
  SEC_INFO_PKT,
  SEC_LICENSE_PKT,
} from '../../../src/rdp/connection/security-header.js';
import { untilNul } from '../../../src/rdp/connection/text.js';
import {
  decodeConnectionConfirm,
  encodeConnectionConfirm,
} from '../../../src/rdp/connection/x224/connection-confirm.js';
import {
  decodeConnectionRequest,
  encodeConnectionRequest,
} from '../../../src/rdp/connection/x224/connection-request.js';
import { encodeDataFrame, openDataFrame } from '../../../src/rdp/connection/x224/data.js';
import { decodeTpkt, encodeTpkt, Framer } from '../../../src/rdp/wire/tpkt.js';
import { expectTruncations, hex, over } from './helpers.js';

const FIXTURES = new URL('../../fixtures/connection-captures/', import.meta.url);

/** PDUs of one side, each whole. */
function pdus(capture: string, side: 'client' | 'server'): Uint8Array[] {
  const lines = readFileSync(new URL(`${capture}.hex`, FIXTURES), 'utf8')
    .trim()
    .split('\n');
  return lines.filter((line) => line.startsWith(side)).map((line) => hex(line.slice(side.length)));
}

function isConnect(frame: Uint8Array): boolean {
  return frame[5] === 0xf0 && frame[7] === 0x7f;
}

function one(frames: readonly Uint8Array[], what: (frame: Uint8Array) => boolean): Uint8Array {
  const found = frames.filter(what);
  expect(found).toHaveLength(1);
  return found[0] ?? new Uint8Array(0);
}

/** Domain PDUs: all behind the connect PDU. */
function domainFrames(frames: readonly Uint8Array[]): Uint8Array[] {
  return frames.slice(frames.findIndex(isConnect) + 1);
}

/** User data of the one send data PDU on the wire. */
function userDataOf(frames: readonly Uint8Array[]): Uint8Array {
  for (const frame of domainFrames(frames)) {
    const pdu = decodeDomainPdu(openDataFrame(frame, 'mcs'));
    if (pdu.kind === 'send-data-request' || pdu.kind === 'send-data-indication') return pdu.userData;
  }
  throw new Error('no send data PDU in the capture');
}

const CAPTURES = ['xfreerdp', 'xfreerdp-token', 'rdesktop'];

describe.each(CAPTURES)('connection sequence of %s', (capture) => {
  const client = pdus(capture, 'client');
  const server = pdus(capture, 'server');

  it('is cut into the same PDUs from one stream', () => {
    const frames = client.filter((pdu) => pdu[0] === 3);
    expect(new Framer().push(Uint8Array.from(frames.flatMap((frame) => [...frame])))).toEqual(frames);
  });

  it('X.224 negotiation encodes to the same bytes', () => {
    const request = one(client, (pdu) => pdu[5] === 0xe0);
    expect(encodeTpkt(encodeConnectionRequest(decodeConnectionRequest(decodeTpkt(over(request), 'x224'))))).toEqual(
      request,
    );
    const confirm = one(server, (pdu) => pdu[5] === 0xd0);
    expect(encodeTpkt(encodeConnectionConfirm(decodeConnectionConfirm(decodeTpkt(over(confirm), 'x224'))))).toEqual(
      confirm,
    );
  });

  it('connect-initial encodes to the same bytes through MCS, GCC and every block', () => {
    const frame = one(client, isConnect);
    const initial = decodeConnectInitial(openDataFrame(frame, 'mcs'));
    const request = decodeConferenceCreateRequest(over(initial.userData));
    expect(request.clientData.filter((block) => block.kind === 'unknown')).toEqual([]);
    expect(findClientBlock(request.clientData, 'core')?.serverSelectedProtocol).toBe(1);
    expect(decodeDomainParameters(initial.maximumParameters).maxMcsPduSize).toBe(65_535);
    const userData = encodeConferenceCreateRequest(request);
    expect(encodeDataFrame(encodeConnectInitial({ ...initial, userData }))).toEqual(frame);
  });

  it('connect-response is understood, and the same after it was encoded', () => {
    const frame = one(server, isConnect);
    const response = decodeConnectResponse(openDataFrame(frame, 'mcs'));
    expect(encodeDataFrame(encodeConnectResponse(response))).toEqual(frame);
    // xrdp writes a length below 128 in two bytes, so that this layer is compared by meaning.
    const conference = decodeConferenceCreateResponse(over(response.userData));
    expect(decodeConferenceCreateResponse(over(encodeConferenceCreateResponse(conference)))).toEqual(conference);
    const asked = decodeConferenceCreateRequest(
      over(decodeConnectInitial(openDataFrame(one(client, isConnect), 'mcs')).userData),
    );
    const channels = findClientBlock(asked.clientData, 'network')?.channels.length;
    expect(findServerBlock(conference.serverData, 'network')?.channelIds).toHaveLength(channels ?? -1);
  });

  it('every domain PDU of the client encodes to the same bytes', () => {
    const frames = domainFrames(client);
    expect(frames.length).toBeGreaterThan(6);
    for (const frame of frames) {
      expect(encodeDataFrame(encodeDomainPdu(decodeDomainPdu(openDataFrame(frame, 'mcs'))))).toEqual(frame);
    }
  });

  it('every domain PDU of the server is the same after it was encoded', () => {
    const kinds = domainFrames(server).map((frame) => {
      const pdu = decodeDomainPdu(openDataFrame(frame, 'mcs'));
      const again = encodeDataFrame(encodeDomainPdu(pdu));
      expect(decodeDomainPdu(openDataFrame(again, 'mcs'))).toEqual(pdu);
      if (pdu.kind !== 'send-data-indication') expect(again).toEqual(frame);
      return pdu.kind;
    });
    expect(kinds[0]).toBe('attach-user-confirm');
    expect(kinds[1]).toBe('channel-join-confirm');
  });

  it('Client Info encodes to the same bytes, and every truncation inside its strings is refused', () => {
    const userData = userDataOf(client);
    const reader = over(userData);
    const header = decodeSecurityHeader(reader);
    expect(header.flags).toBe(SEC_INFO_PKT);
    const info = decodeClientInfo(reader);
    expect(info).toMatchObject({ userName: 'fixture', password: 'not-a-secret' });
    expect(untilNul(info.extraInfo?.clientAddress ?? '')).toBe('127.0.0.1');
    expect(encodeSecured(header, encodeClientInfo(info))).toEqual(userData);
    const strings = encodeClientInfo({ ...info, extraInfo: null });
    expectTruncations(strings, decodeClientInfo);
  });
});

describe('what only some of the captures hold', () => {
  it('the preconnection blob and the routing token of xfreerdp', () => {
    const [blob, request] = pdus('xfreerdp-token', 'client');
    const start = readPreconnectionBlob(blob ?? new Uint8Array(0));
    expect(start).toMatchObject({ kind: 'blob', sizeBytes: blob?.length });
    if (start.kind === 'blob') {
      expect(untilNul(start.blob.wszPcb ?? '')).toBe('fixture-blob');
      expect(encodePreconnectionBlob(start.blob)).toEqual(blob);
    }
    const decoded = decodeConnectionRequest(decodeTpkt(over(request ?? new Uint8Array(0)), 'x224'));
    expect(decoded.routing).toEqual({ kind: 'token', token: 'tsv://fixture-token' });
  });

  it('the licence alert with which xrdp lets xfreerdp in', () => {
    const userData = userDataOf(pdus('xfreerdp', 'server'));
    const reader = over(userData);
    const header = decodeSecurityHeader(reader);
    expect(header.flags & SEC_LICENSE_PKT).toBe(SEC_LICENSE_PKT);
    const alert = decodeLicensingPdu(reader);
    expect(endsLicensing(alert)).toBe(true);
    expect(encodeSecured(header, encodeLicensingPdu(alert))).toEqual(userData);
  });
});
