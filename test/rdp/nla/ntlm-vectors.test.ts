/** The examples of [MS-NLMP] 4.2.4 (NTLMv2), copied from Microsoft's Open Specifications. */
import { describe, expect, it } from 'vitest';
import { encodeAvPairs } from '../../../src/rdp/nla/ntlm/av-pairs.js';
import { decodeAuthenticateMessage } from '../../../src/rdp/nla/ntlm/authenticate-message.js';
import { decodeChallengeMessage, encodeChallengeMessage } from '../../../src/rdp/nla/ntlm/challenge-message.js';
import { MessageSecurity, sealKey, signKey } from '../../../src/rdp/nla/ntlm/message-security.js';
import {
  decodeNtlmV2Response,
  encodeClientChallenge,
  lmV2Response,
  ntHashOf,
  ntProof,
  responseKey,
  sessionBaseKey,
} from '../../../src/rdp/nla/ntlm/ntlmv2.js';
import { rc4k } from '../../../src/rdp/nla/rc4.js';
import { HASHES, hex } from './hex.js';

const FLAGS = 0xe28a8233;
const SERVER_CHALLENGE = hex('0123456789abcdef');
const CLIENT_CHALLENGE = hex('aaaaaaaaaaaaaaaa');
const SESSION_KEY = hex('55'.repeat(16));
/** The example's, in the place of the gateway's own. */
const VERSION = hex('060070170000000f');
const PROOF = hex('68cd0ab851e51c96aabc927bebef6a1c');
const KEY = responseKey(HASHES, ntHashOf('Password'), 'User', 'Domain');

const CHALLENGE = hex(`
  4e544c4d53535000 02000000 0c000c0038000000 33828ae2 0123456789abcdef 0000000000000000
  2400240044000000 060070170000000f 530065007200760065007200
  02000c0044006f006d00610069006e00 01000c00530065007200760065007200 00000000`);

const AUTHENTICATE = hex(`
  4e544c4d53535000 03000000 180018006c000000 5400540084000000 0c000c0048000000 0800080054000000 100010005c000000
  10001000d8000000 358288e2 0501280a0000000f 44006f006d00610069006e00 5500730065007200
  43004f004d0050005500540045005200 86c35097ac9cec102554764a57cccc19aaaaaaaaaaaaaaaa
  68cd0ab851e51c96aabc927bebef6a1c 0101000000000000 0000000000000000 aaaaaaaaaaaaaaaa 00000000
  02000c0044006f006d00610069006e00 01000c00530065007200760065007200 00000000 00000000
  c5dad2544fc9799094ce1ce90bc9d03e`);

describe('NTLMv2 in the examples of [MS-NLMP] 4.2', () => {
  it('hashes the password (4.2.2.1.2)', () => {
    expect(ntHashOf('Password')).toEqual(hex('a4f49c406510bdcab6824ee7c30fd852'));
  });

  it('makes the response key (4.2.4.1.1)', () => {
    expect(Uint8Array.from(KEY)).toEqual(hex('0c868a403bfd7a93a3001ef22ef02e3f'));
  });

  it('makes proof, responses and session key (4.2.4.1.2, 4.2.4.2)', () => {
    const { targetInfo } = decodeChallengeMessage(CHALLENGE);
    const temp = encodeClientChallenge({
      timestamp: 0n,
      challengeFromClient: CLIENT_CHALLENGE,
      avPairs: targetInfo,
    });
    const proof = ntProof(HASHES, KEY, SERVER_CHALLENGE, temp);
    expect(Uint8Array.from(proof)).toEqual(PROOF);
    expect(Uint8Array.from(lmV2Response(HASHES, KEY, SERVER_CHALLENGE, CLIENT_CHALLENGE))).toEqual(
      hex('86c35097ac9cec102554764a57cccc19aaaaaaaaaaaaaaaa'),
    );
    const baseKey = sessionBaseKey(HASHES, KEY, proof);
    expect(Uint8Array.from(baseKey)).toEqual(hex('8de40ccadbc14a82f15cb0ad0de95ca3'));
    expect(rc4k(baseKey, SESSION_KEY)).toEqual(hex('c5dad2544fc9799094ce1ce90bc9d03e'));
  });

  it('reads the messages, and writes the challenge (4.2.4.3)', () => {
    const challenge = decodeChallengeMessage(CHALLENGE);
    expect(challenge).toMatchObject({ negotiateFlags: FLAGS, serverChallenge: SERVER_CHALLENGE });
    expect(encodeAvPairs(challenge.targetInfo)).toEqual(CHALLENGE.subarray(0x44));
    const ownVersion = encodeChallengeMessage(challenge, 'Server');
    expect(Uint8Array.from([...ownVersion.subarray(0, 48), ...VERSION, ...ownVersion.subarray(56)])).toEqual(CHALLENGE);
    const message = decodeAuthenticateMessage(AUTHENTICATE);
    expect(message).toMatchObject({ domainName: 'Domain', userName: 'User', workstation: 'COMPUTER' });
    const { proof, clientChallenge } = decodeNtlmV2Response(message.ntChallengeResponse);
    expect(proof).toEqual(PROOF);
    expect(clientChallenge).toMatchObject({ timestamp: 0n, challengeFromClient: CLIENT_CHALLENGE });
  });

  it('signs and seals (4.2.4.4)', () => {
    expect(Uint8Array.from(sealKey(HASHES, FLAGS, SESSION_KEY, 'client-to-server'))).toEqual(
      hex('59f600973cc4960a25480a7c196e4c58'),
    );
    expect(Uint8Array.from(signKey(HASHES, SESSION_KEY, 'client-to-server'))).toEqual(
      hex('4788dc861b4782f35d43fd98fe1a2d39'),
    );
    const plaintext = hex('50006c00610069006e007400650078007400');
    const sealed = new MessageSecurity(HASHES, FLAGS, SESSION_KEY, 'client-to-server').seal(plaintext);
    expect(sealed).toEqual(hex('01000000 7fb38ec5c55d4976 00000000 54e50165bf1936dc996020c1811b0f06fb5f'));
    expect(new MessageSecurity(HASHES, FLAGS, SESSION_KEY, 'client-to-server').unseal(sealed)).toEqual(plaintext);
  });
});

describe('keys of less than 128 bits ([MS-NLMP] 3.4.5.3)', () => {
  it('take the first 7 bytes of the session key with 56 bits, and all of them with 128', () => {
    const key = hex('00112233445566778899aabbccddeeff');
    const sameStart = hex('00112233445566000000000000000000');
    const of = (flags: number, from: Uint8Array) => sealKey(HASHES, flags, from, 'server-to-client');
    expect(of(0x8000_0000, key)).toEqual(of(0x8000_0000, sameStart));
    expect(of(0xa000_0000, key)).not.toEqual(of(0xa000_0000, sameStart));
  });
});
