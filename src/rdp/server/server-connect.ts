/** The first answer of a server: MCS Connect-Response with the server's GCC user data, [MS-RDPBCGR] 2.2.1.4. */
import { decodeConferenceCreateRequest } from '../connection/gcc/conference-create-request.js';
import {
  DEFAULT_NODE_ID,
  DEFAULT_TAG,
  encodeConferenceCreateResponse,
  GCC_RESULT_SUCCESS,
} from '../connection/gcc/conference-create-response.js';
import { RNS_UD_SC_SKIP_CHANNELJOIN_SUPPORTED } from '../connection/gcc/server-data-blocks.js';
import { ENCRYPTION_LEVEL_NONE, ENCRYPTION_METHOD_NONE } from '../connection/gcc/server-security-data.js';
import { RT_SUCCESSFUL } from '../connection/mcs/choice.js';
import { decodeConnectInitial } from '../connection/mcs/connect-initial.js';
import { encodeConnectResponse } from '../connection/mcs/connect-response.js';
import { encodeDomainParameters } from '../connection/mcs/domain-parameters.js';
import { encodeDataFrame, openDataFrame } from '../connection/x224/data.js';
import { Reader } from '../wire/reader.js';
import { readClientSettings } from './client-settings.js';
import { IO_CHANNEL_ID } from './server-pdus.js';
import type { ServerOptions, ServerSession, ServerStep } from './server-state.js';

/** RDP 5.0 and later. */
const SERVER_VERSION = 0x0008_0004;
const FIRST_SHARE_ID = 0x0001_03ea;

/** What Microsoft's servers answer. */
const DOMAIN_PARAMETERS = {
  maxChannelIds: 34,
  maxUserIds: 3,
  maxTokenIds: 0,
  numPriorities: 1,
  minThroughput: 0,
  maxHeight: 1,
  maxMcsPduSize: 65_528,
  protocolVersion: 2,
};

function connectResponse(session: ServerSession): Uint8Array {
  const { options, settings, channelIds } = session;
  const userData = encodeConferenceCreateResponse({
    nodeId: DEFAULT_NODE_ID,
    tag: DEFAULT_TAG,
    result: GCC_RESULT_SUCCESS,
    serverData: [
      {
        kind: 'core',
        version: SERVER_VERSION,
        clientRequestedProtocols: options.requestedProtocols,
        earlyCapabilityFlags: settings.supportsSkipChannelJoin ? RNS_UD_SC_SKIP_CHANNELJOIN_SUPPORTED : 0,
      },
      { kind: 'network', mcsChannelId: IO_CHANNEL_ID, channelIds },
      {
        kind: 'security',
        encryptionMethod: ENCRYPTION_METHOD_NONE,
        encryptionLevel: ENCRYPTION_LEVEL_NONE,
        keys: null,
      },
    ],
  });
  const domainParameters = encodeDomainParameters(DOMAIN_PARAMETERS);
  return encodeConnectResponse({ result: RT_SUCCESSFUL, calledConnectId: 0, domainParameters, userData });
}

/** Answers Connect-Initial. */
export function acceptConnectInitial(options: ServerOptions, pdu: Uint8Array): ServerStep {
  const initial = decodeConnectInitial(openDataFrame(pdu, 'Connect-Initial'));
  const request = decodeConferenceCreateRequest(new Reader(initial.userData, 'conferenceCreateRequest'));
  const settings = readClientSettings(request.clientData);
  const channelIds = settings.channels.map((_channel, index) => IO_CHANNEL_ID + 1 + index);
  const session: ServerSession = {
    options,
    settings,
    desktop: options.chooseDesktop(settings),
    userChannelId: IO_CHANNEL_ID + 1 + channelIds.length,
    channelIds,
    shareId: FIRST_SHARE_ID,
  };
  return {
    state: { name: 'expect-erect-domain-request', session },
    outputs: [{ type: 'send', bytes: encodeDataFrame(connectResponse(session)) }],
  };
}
