/**
 * The examples of [MS-NLMP] 4.2.2 and 4.2.3 (NTLM version 1), copied from Microsoft's Open Specifications. The gateway does
 * not speak NTLMv1: they are here for what it has in common with NTLMv2 (messages, RC4, keys and sealing), and for being
 * refused.
 */
import { describe, expect, it } from 'vitest';
import { NegotiateServer } from '../../../src/rdp/nla/credssp/negotiate-server.js';
import { decodeAuthenticateMessage } from '../../../src/rdp/nla/ntlm/authenticate-message.js';
import { decodeChallengeMessage } from '../../../src/rdp/nla/ntlm/challenge-message.js';
import { MessageSecurity, sealKey, signKey } from '../../../src/rdp/nla/ntlm/message-security.js';
import { encodeNegotiateMessage } from '../../../src/rdp/nla/ntlm/negotiate-message.js';
import { answerChallenge } from '../../../src/rdp/nla/ntlm/ntlm-client.js';
import { decodeNtlmV2Response, ntHashOf, NTLM_V1_RESPONSE_BYTES } from '../../../src/rdp/nla/ntlm/ntlmv2.js';
import { Rc4, rc4k } from '../../../src/rdp/nla/rc4.js';
import { HASHES, hex } from './hex.js';
import { clientOptions, problemOf, serverOptions } from './sign-in.js';

const SERVER_CHALLENGE = hex('0123456789abcdef');
const SESSION_KEY = hex('55'.repeat(16));
const PLAINTEXT = hex('50006c00610069006e007400650078007400');

interface Example {
  readonly flags: number;
  readonly challenge: Uint8Array;
  readonly authenticate: Uint8Array;
}

/** 4.2.2: without extended session security. */
const PLAIN: Example = {
  flags: 0xe202_8233,
  challenge: hex(`
    4e544c4d53535000 02000000 0c000c0038000000 338202e2 0123456789abcdef 0000000000000000 0000000000000000
    060070170000000f 530065007200760065007200`),
  authenticate: hex(`
    4e544c4d53535000 03000000 180018006c000000 1800180084000000 0c000c0048000000 0800080054000000 100010005c000000
    100010009c000000 358280e2 0501280a0000000f 44006f006d00610069006e00 5500730065007200
    43004f004d0050005500540045005200 98def7b87f88aa5dafe2df779688a172def11c7d5ccdef13
    67c43011f30298a2ad35ece64f16331c44bdbed927841f94 518822b1b3f350c8958682ecbb3e3cb7`),
};

/** 4.2.3: with a challenge of the client's, extended session security, 56-bit keys and no key exchange. */
const CLIENT_CHALLENGE: Example = {
  flags: 0x820a_8233,
  challenge: hex(`
    4e544c4d53535000 02000000 0c000c0038000000 33820a82 0123456789abcdef 0000000000000000 0000000000000000
    060070170000000f 530065007200760065007200`),
  authenticate: hex(`
    4e544c4d53535000 03000000 180018006c000000 1800180084000000 0c000c0048000000 0800080054000000 100010005c000000
    000000009c000000 35820882 0501280a0000000f 44006f006d00610069006e00 5500730065007200
    43004f004d0050005500540045005200 aaaaaaaaaaaaaaaa00000000000000000000000000000000
    7537f803ae367128ca458204bde7caf81e97ed2683267232`),
};

const EXAMPLES = [
  ['4.2.2', PLAIN],
  ['4.2.3', CLIENT_CHALLENGE],
] as const;

/** The gateway's answer to a server's challenge. */
function answerTo({ flags, challenge }: Example) {
  const { ntlm } = clientOptions();
  const { message } = answerChallenge(ntlm, encodeNegotiateMessage({ negotiateFlags: flags }), challenge);
  return decodeAuthenticateMessage(message);
}

describe('messages of NTLMv1 in the examples of [MS-NLMP] 4.2', () => {
  it.each(EXAMPLES)('reads the challenge, which says nothing of its server (%s.3)', (_, { flags, challenge }) => {
    expect(decodeChallengeMessage(challenge)).toEqual({
      negotiateFlags: flags,
      serverChallenge: SERVER_CHALLENGE,
      targetInfo: [],
    });
  });

  it('reads the answer, with a session key or without one (4.2.2.3, 4.2.3.3)', () => {
    const names = { domainName: 'Domain', userName: 'User', workstation: 'COMPUTER' };
    const plain = decodeAuthenticateMessage(PLAIN.authenticate);
    expect(plain).toEqual({
      ...names,
      negotiateFlags: 0xe280_8235,
      lmChallengeResponse: hex('98def7b87f88aa5dafe2df779688a172def11c7d5ccdef13'),
      ntChallengeResponse: hex('67c43011f30298a2ad35ece64f16331c44bdbed927841f94'),
      encryptedRandomSessionKey: hex('518822b1b3f350c8958682ecbb3e3cb7'),
    });
    expect(decodeAuthenticateMessage(CLIENT_CHALLENGE.authenticate)).toEqual({
      ...names,
      negotiateFlags: 0x8208_8235,
      lmChallengeResponse: hex(`aaaaaaaaaaaaaaaa${'00'.repeat(16)}`),
      ntChallengeResponse: hex('7537f803ae367128ca458204bde7caf81e97ed2683267232'),
      encryptedRandomSessionKey: new Uint8Array(0),
    });
  });
});

describe('RC4 in the examples of [MS-NLMP] 4.2', () => {
  it.each([
    ['the session base key', 'd87262b0cde4b1cb7499becccdf10784', '518822b1b3f350c8958682ecbb3e3cb7'],
    ['half of the LM hash', 'e52cac67419a9a220000000000000000', '7452ca55c225a1ca04b48fae32cf56fc'],
    ['the LM response', 'b09e379f7fbecb1eaf0afdcb0383c8a0', '4cd7bb57d697ef9b549f02b8f9b37864'],
  ])('wraps the session key with a key from %s, and unwraps it (4.2.2.2.3)', (_, exchangeKey, wrapped) => {
    expect(rc4k(hex(exchangeKey), SESSION_KEY)).toEqual(hex(wrapped));
    expect(rc4k(hex(exchangeKey), hex(wrapped))).toEqual(SESSION_KEY);
  });

  it('runs on from the message into its signature (4.2.2.4)', () => {
    const handle = new Rc4(SESSION_KEY);
    expect(handle.update(PLAINTEXT)).toEqual(hex('56fe04d861f9319af0d7238a2e3b4d457fb8'));
    expect(handle.update(hex('00000000'))).toEqual(hex('45c844e5'));
    expect(handle.update(hex('7d84aa93'))).toEqual(hex('09dcd1df'));
    expect(handle.update(hex('00000000'))).toEqual(hex('2e459d36'));
  });
});

describe('sealing with 56 bits and without key exchange, [MS-NLMP] 4.2.3.4', () => {
  const key = hex('eb93429a8bd952f8b89c55b87f475edc');
  const security = () => new MessageSecurity(HASHES, CLIENT_CHALLENGE.flags, key, 'client-to-server');

  it('makes the keys', () => {
    expect(Uint8Array.from(sealKey(HASHES, CLIENT_CHALLENGE.flags, key, 'client-to-server'))).toEqual(
      hex('04dd7f014d8504d265a25cc86a3a7c06'),
    );
    expect(Uint8Array.from(signKey(HASHES, key, 'client-to-server'))).toEqual(hex('60e799be5c72fc92922ae8ebe961fb8d'));
  });

  it('seals, with a checksum that is not encrypted, and unseals', () => {
    const sealed = hex('01000000 ff2aeb52f681793a 00000000 a02372f6530273f3aa1eb90190ce5200c99d');
    expect(security().seal(PLAINTEXT)).toEqual(sealed);
    expect(security().unseal(sealed)).toEqual(PLAINTEXT);
  });

  it('does not unseal what was changed', () => {
    const sealed = security().seal(PLAINTEXT);
    for (let at = 0; at < sealed.length; at += 1) {
      const changed = sealed.with(at, (sealed[at] ?? 0) ^ 1);
      expect(problemOf(() => security().unseal(changed))).toBe('protocol');
    }
  });
});

describe('NTLMv1 is not spoken', () => {
  it.each(EXAMPLES)('refuses the answer of a client that knows the password (%s.3)', (_, { flags, authenticate }) => {
    const { ntlm } = serverOptions();
    const expected = { userNames: ['User'], ntHash: ntHashOf('Password') };
    const server = new NegotiateServer({ ...ntlm, serverChallenge: SERVER_CHALLENGE }, expected);
    server.receive(encodeNegotiateMessage({ negotiateFlags: flags }));
    expect(problemOf(() => server.receive(authenticate))).toBe('weak-security');
  });

  it('refuses the challenge of a server without extended session security (4.2.2.3)', () => {
    expect(problemOf(() => answerTo(PLAIN))).toBe('weak-security');
  });

  it('answers a challenge that says nothing of its server with NTLMv2 all the same (4.2.3.3)', () => {
    const { ntChallengeResponse } = answerTo(CLIENT_CHALLENGE);
    expect(ntChallengeResponse.length).toBeGreaterThan(NTLM_V1_RESPONSE_BYTES);
    expect(decodeNtlmV2Response(ntChallengeResponse).clientChallenge.challengeFromClient).toEqual(
      clientOptions().ntlm.clientChallenge,
    );
  });
});
