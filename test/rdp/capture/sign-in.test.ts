import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CONNECT_INITIAL, SignInPhase } from '../../../src/rdp/capture/sign-in-phase.js';
import { chosenMechanism, ntlmNamesEntra } from '../../../src/rdp/capture/sign-in-signs.js';
import { MAX_SIGN_IN_BYTES } from '../../../src/rdp/wire/limits.js';

const NEGOEX = [0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x02, 0x02, 0x1e];
const KERBEROS = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x12, 0x01, 0x02, 0x02];
const NTLM = [0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x02, 0x02, 0x0a];
const MCS = Uint8Array.of(3, 0, 1, 0xce, 2, 0xf0, 0x80, 0x7f, 0x65, 0x82);

const around = (bytes: readonly number[]) => Uint8Array.of(0x30, 0x20, ...bytes, 0x00);

function authenticate(domain: string, unicode: boolean, fieldsOffset = 28): Uint8Array {
  const text = unicode ? Buffer.from(domain, 'utf16le') : Buffer.from(domain, 'latin1');
  const message = Buffer.alloc(88 + text.length);
  message.write('NTLMSSP\0', 'latin1');
  message.writeUInt32LE(3, 8);
  message.writeUInt16LE(text.length, fieldsOffset);
  message.writeUInt16LE(text.length, fieldsOffset + 2);
  message.writeUInt32LE(88, fieldsOffset + 4);
  message.writeUInt32LE(unicode ? 1 : 2, 60);
  text.copy(message, 88);
  return Uint8Array.of(0x30, 0x82, 0x02, ...message, 0xa3);
}

describe('signs of how a person signed in', () => {
  it('are what the server took, not what the client offered', () => {
    expect(chosenMechanism(around(NEGOEX))).toBe('negoex');
    expect(chosenMechanism(around([...Buffer.from('NEGOEXTS')]))).toBe('negoex');
    expect(chosenMechanism(around([0x2b, 6, 1, 5, 2, 7]))).toBe('negoex');
    expect(chosenMechanism(around(KERBEROS))).toBe('kerberos');
    expect(chosenMechanism(around(NTLM))).toBeNull();
    expect(chosenMechanism(new Uint8Array(0))).toBeNull();
  });

  it('are in the domain of NTLM, in either form of text and any case', () => {
    expect(ntlmNamesEntra(authenticate('AzureAD', true))).toBe(true);
    expect(ntlmNamesEntra(authenticate('AZUREAD', false))).toBe(true);
    expect(ntlmNamesEntra(authenticate('CONTOSO', true))).toBe(false);
    expect(ntlmNamesEntra(authenticate('', true))).toBe(false);
    const both = [...authenticate('CONTOSO', true), ...authenticate('AzureAD', true)];
    expect(ntlmNamesEntra(Uint8Array.from(both))).toBe(true);
  });

  it('are in the user name of NTLM where the domain stands before it', () => {
    expect(ntlmNamesEntra(authenticate('AzureAD\\ada', true, 36))).toBe(true);
    expect(ntlmNamesEntra(authenticate('AzureAD', true, 36))).toBe(false);
  });

  it('are looked for without harm in any bytes, cut anywhere', () => {
    const whole = authenticate('AzureAD', true);
    for (let end = 0; end < whole.length - 1; end += 1) expect(ntlmNamesEntra(whole.subarray(0, end))).toBe(false);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (tail) => {
        ntlmNamesEntra(Uint8Array.from([...Buffer.from('NTLMSSP\0\x03\0\0\0', 'latin1'), ...tail]));
      }),
    );
  });
});

describe('the end of a sign-in', () => {
  it('is found wherever the bytes are cut, and nothing is lost', () => {
    const noMarks = fc.uint8Array({ maxLength: 60 }).filter((bytes) => !bytes.includes(3));
    fc.assert(
      fc.property(noMarks, fc.uint8Array({ maxLength: 20 }), fc.integer({ min: 1, max: 15 }), (before, after, size) => {
        const all = Uint8Array.from([...before, ...MCS, ...after]);
        const phase = new SignInPhase(CONNECT_INITIAL);
        const rest: number[] = [];
        let over = false;
        for (let at = 0; at < all.length; at += size) {
          const chunk = all.subarray(at, at + size);
          const found: Uint8Array | null = over ? chunk : phase.push(chunk);
          over ||= found !== null;
          rest.push(...(found ?? []));
        }
        expect(rest).toEqual([...MCS, ...after]);
        expect([...phase.exchanged]).toEqual([...before]);
      }),
    );
  });

  it('does not come for a server’s response, nor after any number of bytes', () => {
    const phase = new SignInPhase(CONNECT_INITIAL);
    expect(phase.push(Uint8Array.of(3, 0, 0, 0x7e, 2, 0xf0, 0x80, 0x7f, 0x66))).toBeNull();
    expect(phase.push(new Uint8Array(MAX_SIGN_IN_BYTES - 9))).toBeNull();
    expect(() => phase.push(new Uint8Array(1))).toThrow('limit');
  });
});
