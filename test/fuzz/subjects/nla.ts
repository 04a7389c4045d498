/** Network Level Authentication: CredSSP, SPNEGO and NTLM, message by message and as conversations. */
import { CredsspClient } from '../../../src/rdp/nla/credssp/credssp-client.js';
import { CredsspServer, type CredsspServerOutput } from '../../../src/rdp/nla/credssp/credssp-server.js';
import { decodeTsCredentials, encodeTsCredentials } from '../../../src/rdp/nla/credssp/ts-credentials.js';
import { decodeTsRequest, tsRequestSize } from '../../../src/rdp/nla/credssp/ts-request.js';
import { NlaError } from '../../../src/rdp/nla/nla-error.js';
import { decodeAuthenticateMessage, micOf } from '../../../src/rdp/nla/ntlm/authenticate-message.js';
import { decodeChallengeMessage } from '../../../src/rdp/nla/ntlm/challenge-message.js';
import { decodeNegotiateMessage } from '../../../src/rdp/nla/ntlm/negotiate-message.js';
import { decodeNtlmV2Response } from '../../../src/rdp/nla/ntlm/ntlmv2.js';
import { decodeNegTokenInit, isNegTokenInit } from '../../../src/rdp/nla/spnego/neg-token-init.js';
import { decodeNegTokenResp } from '../../../src/rdp/nla/spnego/neg-token-resp.js';
import { DecodeError, UnexpectedPduError } from '../../../src/rdp/wire/errors.js';
import { clientOptions, serverOptions, signIn } from '../../rdp/nla/sign-in.js';
import { BrokenPromise, stateless, type Step, subject, type Subject } from '../subject.js';

const REFUSALS = [DecodeError, UnexpectedPduError, NlaError];

/** Only whoever knows the password is proven, and only then somebody is done. */
function server(): Step {
  const acceptor = new CredsspServer(serverOptions());
  let over = false;
  const step = (outputs: readonly CredsspServerOutput[]): 'decoded' | 'refused' => {
    over = outputs.some(({ type }) => type === 'failed' || type === 'done');
    if (outputs.some(({ type }) => type === 'proven')) step(acceptor.allow());
    return outputs.some(({ type }) => type === 'failed') ? 'refused' : 'decoded';
  };
  return (input) => (over ? 'refused' : step(acceptor.receive(input)));
}

function client(spnego: boolean): Step {
  const initiator = new CredsspClient(clientOptions({ spnego }));
  initiator.start();
  return (input) => {
    const size = initiator.sizeOf(input);
    if (size !== null && size < 0) throw new BrokenPromise('a negative size');
    initiator.receive(input);
    return 'decoded';
  };
}

function ntlmMessage(input: Uint8Array): unknown {
  const type = input[8];
  if (type === 1) return decodeNegotiateMessage(input);
  if (type === 2) return decodeChallengeMessage(input);
  const { ntChallengeResponse } = decodeAuthenticateMessage(input);
  return [micOf(input), decodeNtlmV2Response(ntChallengeResponse)];
}

export function nlaSubjects(): Subject[] {
  const bare = signIn(clientOptions(), serverOptions()).sent;
  const wrapped = signIn(clientOptions({ spnego: true }), serverOptions()).sent;
  const tokens = (messages: readonly Uint8Array[]): Uint8Array[] =>
    messages.map((message) => decodeTsRequest(message).negoToken).filter((token) => token !== null);
  const fromClient = (messages: readonly Uint8Array[]) => messages.filter((_message, index) => index % 2 === 0);
  const fromServer = (messages: readonly Uint8Array[]) => messages.filter((_message, index) => index % 2 === 1);
  const credentials = encodeTsCredentials({ domainName: 'EXAMPLE', userName: 'alice', password: 'secret' });
  const conversation = { batchInputs: 4, mutatedShare: 0.4, refusals: REFUSALS };
  return [
    stateless('ts-request', [...bare, ...wrapped], (input) => [tsRequestSize(input), decodeTsRequest(input)]),
    stateless('ntlm-message', tokens(bare), ntlmMessage),
    stateless('spnego-token', tokens(wrapped), (input) =>
      isNegTokenInit(input) ? decodeNegTokenInit(input) : decodeNegTokenResp(input),
    ),
    stateless('ts-credentials', [credentials], decodeTsCredentials, { refusals: REFUSALS }),
    subject({
      name: 'credssp-server',
      streams: [fromClient(bare), fromClient(wrapped)],
      open: server,
      ...conversation,
    }),
    subject({ name: 'credssp-client', streams: [fromServer(bare)], open: () => client(false), ...conversation }),
    subject({ name: 'spnego-client', streams: [fromServer(wrapped)], open: () => client(true), ...conversation }),
  ];
}
