/** CredSSP between the gateway's own client and server: every version, both wrappings, and everything that must fail. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CredsspClient, type CredsspClientOutput } from '../../../src/rdp/nla/credssp/credssp-client.js';
import { CredsspServer, type CredsspServerOutput } from '../../../src/rdp/nla/credssp/credssp-server.js';
import { clientBinding, serverBinding } from '../../../src/rdp/nla/credssp/public-key-binding.js';
import {
  decodeTsRequest,
  EMPTY_REQUEST,
  encodeTsRequest,
  type TsRequest,
} from '../../../src/rdp/nla/credssp/ts-request.js';
import { answerChallenge } from '../../../src/rdp/nla/ntlm/ntlm-client.js';
import { OFFERED_FLAGS } from '../../../src/rdp/nla/ntlm/flags.js';
import { MessageSecurity } from '../../../src/rdp/nla/ntlm/message-security.js';
import { encodeNegotiateMessage } from '../../../src/rdp/nla/ntlm/negotiate-message.js';
import { channelBindingsOf } from '../../../src/rdp/nla/ntlm/channel-bindings.js';
import { ntHashOf } from '../../../src/rdp/nla/ntlm/ntlmv2.js';
import { KERBEROS_OID, NEGOEX_OID, NTLM_OID, PKU2U_OID } from '../../../src/rdp/nla/spnego/mechanisms.js';
import { encodeMechTypeList, encodeNegTokenInit } from '../../../src/rdp/nla/spnego/neg-token-init.js';
import {
  decodeNegTokenResp,
  EMPTY_RESP,
  encodeNegTokenResp,
  type NegTokenResp,
} from '../../../src/rdp/nla/spnego/neg-token-resp.js';
import { DecodeError, UnexpectedPduError } from '../../../src/rdp/wire/errors.js';
import { HASHES, hex } from './hex.js';
import { clientOptions, PASSWORD, problemOf, PUBLIC_KEY, serverOptions, signIn } from './sign-in.js';

const version = fc.integer({ min: 2, max: 6 });
const STATUS_LOGON_FAILURE = 0xc000006d;
const STATUS_ACCOUNT_LOCKED_OUT = 0xc0000234;

const ntlm = (changes: object) => ({ ...clientOptions().ntlm, ...changes });

describe('a sign-in with the right password', () => {
  it('succeeds with every pair of versions, bare or inside SPNEGO, in any domain', () => {
    fc.assert(
      fc.property(
        fc.record({
          clientMax: version,
          serverMax: version,
          spnego: fc.boolean(),
          earlyAuthorization: fc.boolean(),
          restrictedAdmin: fc.boolean(),
          domainName: fc.constantFrom('', 'EXAMPLE', 'corp.example'),
          password: fc.string({ minLength: 1, maxLength: 40 }),
          publicKey: fc.uint8Array({ minLength: 1, maxLength: 300 }),
        }),
        ({ clientMax, serverMax, spnego, earlyAuthorization, restrictedAdmin, domainName, password, publicKey }) => {
          const ntHash = ntHashOf(password);
          const result = signIn(
            clientOptions({
              ntlm: ntlm({ domainName, ntHash }),
              password: restrictedAdmin ? null : password,
              maxVersion: clientMax,
              subjectPublicKey: publicKey,
              spnego,
              earlyAuthorization,
            }),
            serverOptions({
              expected: { userNames: ['ÜMLÄUT'], ntHash },
              maxVersion: serverMax,
              subjectPublicKey: publicKey,
              earlyAuthorization,
            }),
          );
          expect(result.clientError).toBeNull();
          expect(result).toMatchObject({
            proven: true,
            serverDone: true,
            withPassword: !restrictedAdmin,
            clientVersion: Math.min(clientMax, serverMax),
          });
        },
      ),
      { numRuns: 150 },
    );
  });

  it('hands nothing over before the server has proven that TLS ends at itself', () => {
    const result = signIn(clientOptions({ subjectPublicKey: hex('aabb') }), serverOptions());
    expect(result.serverError).toMatchObject({ problem: 'public-key-mismatch' });
    expect(result.sent.map((bytes) => decodeTsRequest(bytes).authInfo)).toEqual(result.sent.map(() => null));
  });

  it.each([2, 6])('is given up by a client whose own binding comes back to it, version %i', (maxVersion) => {
    const options = clientOptions({ maxVersion });
    const client = new CredsspClient(options);
    const server = new CredsspServer(serverOptions());
    const sent = (outputs: readonly CredsspServerOutput[] | readonly CredsspClientOutput[]) => {
      const [first] = outputs;
      if (first?.type !== 'send') throw new Error('nothing was sent');
      return first.bytes;
    };
    client.receive(sent(server.receive(client.start())));
    const nonce = maxVersion < 5 ? null : options.nonce;
    const reflected = clientBinding({ hashes: HASHES, subjectPublicKey: PUBLIC_KEY, nonce });
    const security = new MessageSecurity(HASHES, OFFERED_FLAGS, options.ntlm.sessionKey, 'server-to-client');
    const answer = encodeTsRequest({ ...EMPTY_REQUEST, version: 6, pubKeyAuth: security.seal(reflected) });
    expect(problemOf(() => client.receive(answer))).toBe('public-key-mismatch');
  });

  it('never shows the password or its hash on the wire', () => {
    fc.assert(
      fc.property(version, fc.boolean(), (maxVersion, spnego) => {
        const { sent } = signIn(clientOptions({ maxVersion, spnego }), serverOptions());
        const wire = Buffer.concat(sent);
        expect(wire.includes(Buffer.from(PASSWORD, 'utf16le'))).toBe(false);
        expect(wire.includes(Buffer.from(ntHashOf(PASSWORD)))).toBe(false);
      }),
    );
  });
});

describe('a sign-in that must fail', () => {
  it.each([2, 3, 4, 5, 6])(
    'tells a client of version %i that the password is wrong, if it can be told',
    (maxVersion) => {
      const wrong = ntlm({ ntHash: ntHashOf('wrong') });
      const result = signIn(clientOptions({ ntlm: wrong, maxVersion }), serverOptions());
      expect(result).toMatchObject({ proven: false, serverDone: false });
      expect(result.serverError).toMatchObject({ problem: 'wrong-password' });
      const told = { problem: 'wrong-password', ntStatus: STATUS_LOGON_FAILURE };
      if (maxVersion >= 3) expect(result.clientError).toMatchObject(told);
      else expect(result.sent).toHaveLength(3);
    },
  );

  it('refuses another user name with the right password', () => {
    const result = signIn(clientOptions({ ntlm: ntlm({ userName: 'mallory' }) }), serverOptions());
    expect(result.serverError).toMatchObject({ problem: 'wrong-password' });
  });

  it('turns a client away that the caller decides against, after its proof', () => {
    const result = signIn(clientOptions(), serverOptions(), () => STATUS_ACCOUNT_LOCKED_OUT);
    expect(result).toMatchObject({ proven: true, serverDone: false });
    expect(result.clientError).toMatchObject({ problem: 'account-locked' });
  });

  it('turns everybody away when nobody is expected', () => {
    const result = signIn(clientOptions(), serverOptions({ expected: { turnAway: 0xc0000193 } }));
    expect(result).toMatchObject({ proven: false });
    expect(result.clientError).toMatchObject({ problem: 'account-expired', ntStatus: 0xc0000193 });
  });

  it('[invariant 1] names the domain AzureAD for what it is', () => {
    const result = signIn(clientOptions({ ntlm: ntlm({ domainName: 'azureAD' }) }), serverOptions());
    expect(result.serverError).toMatchObject({ problem: 'entra-id' });
  });

  it('refuses a client that names the bindings of another channel', () => {
    const here = channelBindingsOf(HASHES, new Uint8Array(32).fill(1));
    const elsewhere = channelBindingsOf(HASHES, new Uint8Array(32).fill(2));
    const server = serverOptions({ ntlm: { ...serverOptions().ntlm, channelBindings: here } });
    const outcome = (channelBindings: Uint8Array | null) =>
      signIn(clientOptions({ ntlm: ntlm({ channelBindings }) }), server).serverDone;
    expect([outcome(here), outcome(elsewhere), outcome(null)]).toEqual([true, false, true]);
  });

  it('lets no changed byte of any message through as a success', () => {
    const honest = signIn(clientOptions({ spnego: true }), serverOptions()).sent;
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.integer({ min: 1, max: 255 }), (which, where, change) => {
        const server = new CredsspServer(serverOptions());
        const index = (which % Math.ceil(honest.length / 2)) * 2;
        let proven = false;
        try {
          for (let at = 0; at < honest.length; at += 2) {
            const message = (honest[at] ?? new Uint8Array(0)).slice();
            const offset = where % message.length;
            if (at === index) message[offset] = (message[offset] ?? 0) ^ change;
            const outputs = server.receive(message);
            if (outputs.some(({ type }) => type === 'failed')) return;
            if (outputs.some(({ type }) => type === 'proven')) {
              proven = true;
              server.allow();
            }
            // What a message holds besides the proof may change without harm: then the same client is proven.
            if (outputs.some(({ type }) => type === 'done')) expect(proven).toBe(true);
          }
        } catch (error) {
          expect(error instanceof DecodeError || error instanceof UnexpectedPduError).toBe(true);
        }
      }),
      { numRuns: 400 },
    );
  });

  it('refuses every truncation', () => {
    for (const message of signIn(clientOptions({ spnego: true }), serverOptions()).sent) {
      for (let length = 0; length < message.length; length++) {
        expect(() => decodeTsRequest(message.subarray(0, length))).toThrow(DecodeError);
      }
    }
  });

  it('refuses a client that changes its version', () => {
    const [first] = signIn(clientOptions(), serverOptions()).sent;
    const server = new CredsspServer(serverOptions());
    server.receive(first ?? new Uint8Array(0));
    const changed = encodeTsRequest({ ...EMPTY_REQUEST, version: 4, negoToken: hex('00') });
    expect(server.receive(changed).at(-1)).toMatchObject({ type: 'failed', error: { problem: 'credssp-version' } });
  });

  it.each([
    ['without Unicode', 0xe2088230],
    ['without sealing', 0xe2088211],
    ['without extended session security', 0xe2008231],
    ['with 40-bit keys', 0x42088231],
  ])('refuses NTLM %s', (_name, negotiateFlags) => {
    const client = clientOptions();
    const server = new CredsspServer(serverOptions());
    server.receive(
      encodeTsRequest({ ...EMPTY_REQUEST, version: 6, negoToken: encodeNegotiateMessage({ negotiateFlags }) }),
    );
    const [, , authenticate] = signIn(client, serverOptions()).sent;
    const outputs = server.receive(authenticate ?? new Uint8Array(0));
    expect(outputs.at(-1)).toMatchObject({ type: 'failed', error: { problem: 'weak-security' } });
  });
});

describe('SPNEGO', () => {
  const offer = (mechTypes: readonly Uint8Array[]) =>
    encodeTsRequest({
      ...EMPTY_REQUEST,
      version: 6,
      negoToken: encodeNegTokenInit({ mechTypeList: encodeMechTypeList(mechTypes), mechToken: hex('4e45474f') }),
    });

  it.each([
    ['entra-id', [NEGOEX_OID, KERBEROS_OID]],
    ['entra-id', [PKU2U_OID]],
    ['kerberos-only', [KERBEROS_OID]],
    ['no-common-mechanism', [hex('2a0304')]],
  ] as const)('[invariant 1] says %s of a client that does not offer NTLM', (problem, mechTypes) => {
    const outputs = new CredsspServer(serverOptions()).receive(offer(mechTypes));
    expect(outputs.at(-1)).toMatchObject({ type: 'failed', error: { problem } });
  });

  it('takes NTLM from a client that would rather have Kerberos, and insists on its signed list then', () => {
    const server = new CredsspServer(serverOptions());
    const mechTypes = [NEGOEX_OID, KERBEROS_OID, NTLM_OID];
    const [answer] = server.receive(offer(mechTypes));
    const token = answer?.type === 'send' ? decodeTsRequest(answer.bytes).negoToken : null;
    expect(decodeNegTokenResp(token ?? new Uint8Array(0))).toMatchObject({ negState: 3, supportedMech: NTLM_OID });

    const bare = signIn(clientOptions(), serverOptions()).sent.map((bytes) => decodeTsRequest(bytes));
    const wrapped = (index: number) =>
      encodeTsRequest({
        ...(bare[index] ?? { ...EMPTY_REQUEST, version: 6 }),
        negoToken: encodeNegTokenResp({ ...EMPTY_RESP, responseToken: bare[index]?.negoToken ?? null }),
      });
    expect(server.receive(wrapped(0))).toMatchObject([{ type: 'send' }]);
    expect(server.receive(wrapped(2)).at(-1)).toMatchObject({ type: 'failed', error: { problem: 'protocol' } });
  });

  it('goes the way of a client in a domain: Kerberos first, NTLM taken, both lists signed, the key in a message of its own', () => {
    const { ntlm: ntlmOptions, nonce } = clientOptions();
    const server = new CredsspServer(serverOptions());
    const mechTypes = [KERBEROS_OID, NEGOEX_OID, NTLM_OID];
    const mechTypeList = encodeMechTypeList(mechTypes);
    const say = (fields: Partial<TsRequest>): TsRequest => {
      const [answer] = server.receive(encodeTsRequest({ ...EMPTY_REQUEST, version: 6, ...fields }));
      if (answer?.type !== 'send') throw new Error(`no answer but ${answer?.type}`);
      return decodeTsRequest(answer.bytes);
    };
    const token = (fields: Partial<NegTokenResp>): Partial<TsRequest> => ({
      negoToken: encodeNegTokenResp({ ...EMPTY_RESP, ...fields }),
    });
    const respOf = ({ negoToken }: TsRequest) => decodeNegTokenResp(negoToken ?? new Uint8Array(0));
    const negotiate = encodeNegotiateMessage({ negotiateFlags: OFFERED_FLAGS });

    expect(respOf(say({ negoToken: encodeNegTokenInit({ mechTypeList, mechToken: hex('6041') }) })).negState).toBe(3);
    const challenge = respOf(say(token({ responseToken: negotiate }))).responseToken ?? new Uint8Array(0);
    const { message, context } = answerChallenge(ntlmOptions, negotiate, challenge);
    const mechListMic = context.fromClient.mic(mechTypeList);
    const end = respOf(say(token({ responseToken: message, mechListMic })));
    expect(end.negState).toBe(0);
    expect(end.mechListMic).toEqual(context.fromServer.mic(mechTypeList));

    const binding = { hashes: HASHES, subjectPublicKey: PUBLIC_KEY, nonce };
    const pubKeyAuth = context.fromClient.seal(clientBinding(binding));
    const proof = encodeTsRequest({ ...EMPTY_REQUEST, version: 6, pubKeyAuth, clientNonce: nonce });
    expect(server.receive(proof)).toMatchObject([{ type: 'proven', version: 6 }]);
    const [answer] = server.allow();
    const allowed = answer?.type === 'send' ? decodeTsRequest(answer.bytes) : null;
    expect(allowed?.negoToken).toBeNull();
    expect(context.fromServer.unseal(allowed?.pubKeyAuth ?? new Uint8Array(0))).toEqual(
      Uint8Array.from(serverBinding(binding)),
    );
  });

  it.each([
    ['entra-id', NEGOEX_OID],
    ['kerberos-only', KERBEROS_OID],
  ] as const)('[invariant 1] says %s of a server that selects it', (problem, supportedMech) => {
    const client = new CredsspClient(clientOptions({ spnego: true }));
    client.start();
    const message = encodeTsRequest({
      ...EMPTY_REQUEST,
      version: 6,
      negoToken: encodeNegTokenResp({ ...EMPTY_RESP, negState: 1, supportedMech }),
    });
    expect(problemOf(() => client.receive(message))).toBe(problem);
  });
});

describe('what a sign-in says', () => {
  it('has no name, no password and no key in its errors', () => {
    const { serverError } = signIn(clientOptions({ ntlm: ntlm({ ntHash: ntHashOf('wrong') }) }), serverOptions());
    expect(String(serverError)).toBe('NlaError: the user name or the password is wrong (NTSTATUS 0xc000006d)');
    expect(String(serverError)).not.toContain(Buffer.from(PUBLIC_KEY).toString('hex'));
  });
});
