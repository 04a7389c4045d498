/** MD4 and RC4 against the vectors of RFC 1320 (appendix A.5) and RFC 6229. */
import { describe, expect, it } from 'vitest';
import { md4 } from '../../../src/rdp/nla/md4.js';
import { Rc4, rc4k } from '../../../src/rdp/nla/rc4.js';
import { hex } from './hex.js';

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

describe('MD4', () => {
  it.each([
    ['', '31d6cfe0d16ae931b73c59d7e0c089c0'],
    ['a', 'bde52cb31de33e46245e05fbdbd6fb24'],
    ['abc', 'a448017aaf21d8525fc10ae87aa6729d'],
    ['message digest', 'd9130a8164549fe818874806e1c7014b'],
    ['abcdefghijklmnopqrstuvwxyz', 'd79e1c308aa5bbcdeea8ed63df412da9'],
    [LETTERS, '043f8582f241db351ce627e153e7f0e4'],
    ['1234567890'.repeat(8), 'e33b4ddc9c38f2199c3e7b164fcc0536'],
  ])('digests %j', (message, digest) => {
    expect(Buffer.from(md4(Buffer.from(message))).toString('hex')).toBe(digest);
  });
});

describe('RC4', () => {
  it.each([
    ['0102030405', 'b2396305f03dc027ccc3524a0a1118a8'],
    ['01020304050607', '293f02d47f37c9b633f2af5285feb46b'],
    ['0102030405060708090a0b0c0d0e0f10', '9ac7cc9a609d1ef7b2932899cde41b97'],
  ])('has the key stream of %s', (key, stream) => {
    expect(rc4k(hex(key), new Uint8Array(16))).toEqual(hex(stream));
  });

  it('goes on where it stopped', () => {
    const cipher = new Rc4(hex('0102030405'));
    const parts = [cipher.update(new Uint8Array(7)), cipher.update(new Uint8Array(9))];
    expect(Buffer.concat(parts)).toEqual(Buffer.from(hex('b2396305f03dc027ccc3524a0a1118a8')));
  });
});
