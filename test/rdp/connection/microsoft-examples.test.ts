import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  decodeConferenceCreateRequest,
  encodeConferenceCreateRequest,
} from '../../../src/rdp/connection/gcc/conference-create-request.js';
import {
  decodeConferenceCreateResponse,
  encodeConferenceCreateResponse,
} from '../../../src/rdp/connection/gcc/conference-create-response.js';
import { decodeConnectInitial, encodeConnectInitial } from '../../../src/rdp/connection/mcs/connect-initial.js';
import { decodeConnectResponse, encodeConnectResponse } from '../../../src/rdp/connection/mcs/connect-response.js';
import { encodeDataFrame, openDataFrame } from '../../../src/rdp/connection/x224/data.js';
import { hex, over } from './helpers.js';

function example(name: string): Uint8Array {
  return hex(readFileSync(new URL(`../../fixtures/ms-rdpbcgr-connect/${name}.hex`, import.meta.url), 'utf8'));
}

describe('connect PDUs of a Microsoft client and server', () => {
  it('connect-initial encodes to the same bytes', () => {
    const frame = example('connect-initial');
    const initial = decodeConnectInitial(openDataFrame(frame, 'mcs'));
    const request = decodeConferenceCreateRequest(over(initial.userData));
    expect(request.clientData.map((block) => block.kind)).toEqual(['core', 'cluster', 'security', 'network']);
    const userData = encodeConferenceCreateRequest(request);
    expect(encodeDataFrame(encodeConnectInitial({ ...initial, userData }))).toEqual(frame);
  });

  it('connect-response encodes to the same bytes', () => {
    const frame = example('connect-response');
    const response = decodeConnectResponse(openDataFrame(frame, 'mcs'));
    const conference = decodeConferenceCreateResponse(over(response.userData));
    expect(conference.serverData).toMatchObject([
      { kind: 'core', version: 0x0008_0004, clientRequestedProtocols: 0, earlyCapabilityFlags: null },
      { kind: 'network', mcsChannelId: 1003, channelIds: [1004, 1005, 1006] },
      { kind: 'security', encryptionMethod: 2, encryptionLevel: 2 },
    ]);
    const userData = encodeConferenceCreateResponse(conference);
    expect(encodeDataFrame(encodeConnectResponse({ ...response, userData }))).toEqual(frame);
  });
});
