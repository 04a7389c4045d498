/** RDS AAD Auth: messages as other implementations write them, and an assertion that jose verifies. */
import { createSign, generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { compactVerify, importJWK } from 'jose';
import { describe, expect, it } from 'vitest';
import { AadMessageScan } from '../../../src/rdp/aad/aad-json.js';
import { stepAadClient } from '../../../src/rdp/aad/aad-client.js';
import {
  decodeAuthenticationRequest,
  encodeAuthenticationRequest,
} from '../../../src/rdp/aad/authentication-request.js';
import {
  decodeAuthenticationResult,
  E_ACCESSDENIED,
  encodeAuthenticationResult,
  ntStatusOf,
  S_OK,
} from '../../../src/rdp/aad/authentication-result.js';
import { base64Url } from '../../../src/rdp/aad/base64-url.js';
import { type RsaPublicJwk, signAssertion } from '../../../src/rdp/aad/rdp-assertion.js';
import { decodeServerNonce, encodeServerNonce } from '../../../src/rdp/aad/server-nonce.js';
import { DecodeError, UnexpectedPduError } from '../../../src/rdp/wire/errors.js';

const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));

const sizeOf = (bytes: Uint8Array): number | null => new AadMessageScan().size(bytes);

describe('messages', () => {
  it('are read with and without the zero byte behind them, with blanks, and with strings that look like their end', () => {
    for (const text of [
      '{"ts_nonce":"AwAB"}',
      '{"ts_nonce":"AwAB"}\0',
      '\0{ "ts_nonce" : "AwAB" }',
      '{"other":{"}":"{\\"}"},"ts_nonce":"AwAB"}\0',
    ]) {
      const bytes = bytesOf(text);
      expect(sizeOf(bytes)).toBe(bytes.length);
      expect(decodeServerNonce(bytes)).toBe('AwAB');
    }
  });

  it('survive encoding, whatever the text, and need every byte of their object', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'binary' }), fc.uint8Array({ maxLength: 5 }), (text, next) => {
        const wellFormed = Buffer.from(text).toString();
        const pdu = encodeServerNonce(wellFormed);
        expect(decodeServerNonce(pdu)).toBe(wellFormed);
        expect(decodeAuthenticationRequest(encodeAuthenticationRequest(wellFormed))).toBe(wellFormed);
        expect(sizeOf(Uint8Array.of(...pdu, ...next))).toBe(pdu.length);
        for (let end = 0; end < pdu.length - 1; end += 1) expect(sizeOf(pdu.subarray(0, end))).toBeNull();
      }),
      { numRuns: 50 },
    );
  });

  it('that are none are refused with a DecodeError, whatever they are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        for (const read of [decodeServerNonce, decodeAuthenticationRequest, decodeAuthenticationResult, sizeOf]) {
          try {
            read(bytes);
          } catch (error) {
            expect(error).toBeInstanceOf(DecodeError);
          }
        }
      }),
    );
    for (const text of ['{}', '[]', '{"ts_nonce":1}', '{"ts_nonce":""}', '{"ts_nonce":null}', '{"ts_nonce":"\ud800']) {
      expect(() => decodeServerNonce(bytesOf(text))).toThrow(DecodeError);
    }
  });

  it('that come in single bytes are read byte by byte, and none of them twice', () => {
    const message = bytesOf(`{"other":{"}":"{\\"}"},"ts_nonce":"${'A'.repeat(500)}"}`);
    let looks = 0;
    const seen = new Proxy(message, {
      get: (bytes, property) => {
        if (property === 'length') return received;
        looks += 1;
        return Number(property) < received ? Reflect.get(bytes, property) : undefined;
      },
    });
    let received = 0;
    const scan = new AadMessageScan();
    for (received = 1; received < message.length; received += 1) expect(scan.size(seen)).toBeNull();
    expect(scan.size(seen)).toBe(message.length);
    // Behind the last one a terminator is looked for.
    expect(looks).toBe(message.length + 1);
  });

  it('end somewhere', () => {
    expect(() => sizeOf(bytesOf(`{"ts_nonce":"${'A'.repeat(70_000)}`))).toThrow('limit');
    expect(() => sizeOf(bytesOf(`{"ts_nonce":"${'A'.repeat(70_000)}"}`))).toThrow('limit');
  });
});

describe('the result', () => {
  it('is an HRESULT, as a number or as text', () => {
    for (const said of ['2147942405', '"2147942405"', '-2147024891', '"-2147024891"', '"0x80070005"']) {
      expect(decodeAuthenticationResult(bytesOf(`{"authentication_result":${said}}`))).toBe(E_ACCESSDENIED);
    }
    expect(decodeAuthenticationResult(encodeAuthenticationResult(S_OK))).toBe(S_OK);
    for (const said of ['1.5', '4294967296', '"yes"', 'true', '""', '1e3000']) {
      expect(() => decodeAuthenticationResult(bytesOf(`{"authentication_result":${said}}`))).toThrow(DecodeError);
    }
  });

  it('has an NTSTATUS inside where Windows puts one', () => {
    expect(ntStatusOf(0xd000_006d)).toBe(0xc000_006d);
    expect(ntStatusOf(E_ACCESSDENIED)).toBeNull();
    expect(ntStatusOf(S_OK)).toBeNull();
  });
});

describe('the client', () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const publicJwk = publicKey.export({ format: 'jwk' }) as unknown as RsaPublicJwk;
  const key = {
    publicJwk,
    keyId: 'thumbprint',
    sign: (input: Uint8Array) => createSign('sha256').update(input).sign(privateKey),
  };
  const claims = { accessToken: 'the token', resourceUri: 'ms-device-service://x', aadNonce: 'fresh', timestamp: 12.9 };

  it('answers the target’s nonce with an assertion that is signed with the token’s key', async () => {
    const step = stepAadClient('expect-server-nonce', encodeServerNonce('n\u00f6nce'), (nonce) =>
      signAssertion(key, claims, nonce),
    );
    expect(step.state).toBe('expect-result');
    const [output] = step.outputs;
    const assertion = decodeAuthenticationRequest(output?.type === 'send' ? output.bytes : new Uint8Array(0));
    const verified = await compactVerify(assertion, await importJWK(publicJwk, 'RS256'));
    expect(verified.protectedHeader).toEqual({ alg: 'RS256', kid: 'thumbprint' });
    expect(JSON.parse(Buffer.from(verified.payload).toString())).toEqual({
      ts: '12',
      at: 'the token',
      u: 'ms-device-service://x',
      nonce: 'n\u00f6nce',
      cnf: { jwk: publicJwk },
      client_claims: '{"aad_nonce":"fresh"}',
    });
  });

  it('ends with the result and takes nothing after it', () => {
    const never = (): string => {
      throw new Error('nothing is to be signed');
    };
    const step = stepAadClient('expect-result', encodeAuthenticationResult(E_ACCESSDENIED), never);
    expect(step).toEqual({ state: 'over', outputs: [{ type: 'done', hresult: E_ACCESSDENIED }] });
    expect(() => stepAadClient('over', encodeAuthenticationResult(S_OK), never)).toThrow(UnexpectedPduError);
    expect(() => stepAadClient('expect-result', encodeServerNonce('again'), never)).toThrow(DecodeError);
  });

  it('writes base64url as everybody does', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        expect(base64Url(bytes)).toBe(Buffer.from(bytes).toString('base64url'));
      }),
    );
  });
});
