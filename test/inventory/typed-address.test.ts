/** Which addresses a person may type in place of a target, and what they become. */
import { describe, expect, it } from 'vitest';
import { targetId } from '../../src/contract/ids.js';
import type { NewTarget } from '../../src/database/targets.js';
import { canonicalAddress, parseNetworks, TypedAddresses } from '../../src/inventory/typed-address.js';
import { sqliteEngine } from '../database/engines.js';
import { nextId, NOW_MS } from '../database/samples.js';
import { requireNetworks } from './networks.js';

const engine = sqliteEngine();

async function open(networks: string, own: readonly string[] = [], ownPorts: readonly number[] = []) {
  const database = await engine.open();
  const addresses = new TypedAddresses({
    targets: database.targets,
    open: requireNetworks(networks),
    ownPorts: new Set(ownPorts),
    ownAddresses: () => own,
    clock: () => NOW_MS,
  });
  return { database, find: (address: string, port?: number) => addresses.find({ address, port }) };
}

describe('an address that somebody types', () => {
  it('is a target of the kind "ip" that trusts a certificate on first use, at port 3389 unless another is typed', async () => {
    const { find } = await open('10.0.0.0/8,fd00::/8');
    expect(await find('10.1.2.3')).toMatchObject({
      id: 'ip:10.1.2.3:3389',
      kind: 'ip',
      address: '10.1.2.3',
      port: 3389,
      certificatePolicy: 'trust-on-first-use',
      recordingSetting: null,
    });
    expect(await find('FD00:0::0001', 3390)).toMatchObject({ name: '[fd00::1]:3390', address: 'fd00::1', port: 3390 });
    expect(await find('::ffff:10.1.2.3')).toMatchObject({ address: '10.1.2.3' });
  });

  it.each([
    '192.0.2.1',
    '169.254.169.254',
    'fe80::1',
    'fe80::1%eth0',
    'build-07',
    '10.1',
    '010.0.0.1',
    '167772161',
    '',
  ])('is refused when it is in no open network or no IP address: %s', async (address) => {
    const { find } = await open('10.0.0.0/8,fd00::/8');
    expect(await find(address)).toBeNull();
  });

  it.each([
    '127.0.0.1',
    '127.8.8.8',
    '::1',
    '::',
    '0.0.0.0',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '10.0.0.9',
    'fd00::9',
  ])('does not reach the machine of the gateway, however wide the networks are: %s', async (address) => {
    const { find } = await open('0.0.0.0/0,::/0,127.0.0.0/8', ['10.0.0.9', 'FD00::9']);
    expect(await find(address)).toBeNull();
    expect(await find('10.0.0.10')).not.toBeNull();
  });

  it('reaches this machine where the setting names it by itself, and never at what the gateway listens at', async () => {
    const { find } = await open('127.0.0.1,10.0.0.9/32', ['10.0.0.9'], [443, 3388]);
    expect(await find('127.0.0.1', 3391)).not.toBeNull();
    expect(await find('10.0.0.9')).not.toBeNull();
    for (const port of [443, 3388]) {
      expect(await find('127.0.0.1', port)).toBeNull();
      expect(await find('10.0.0.9', port)).toBeNull();
    }
    expect(await find('127.0.0.2', 3391)).toBeNull();
  });

  it('is the target of the inventory that has it, so that nobody gets around its roles and its recording', async () => {
    const { database, find } = await open('10.0.0.0/8');
    const listed: NewTarget = {
      id: targetId(nextId()),
      name: 'ledger',
      kind: 'resource',
      resourceId: '/subscriptions/s/vm',
      address: '10.0.0.4',
      port: 3389,
      recordingSetting: 'required',
      createdAtMs: NOW_MS,
    };
    await database.targets.create(listed);
    expect(await find('::ffff:10.0.0.4')).toMatchObject({ id: listed.id, kind: 'resource' });
    expect(await find('10.0.0.4', 3390)).toMatchObject({ kind: 'ip' });
  });

  it('keeps its certificate from one session to the next, and is in no list', async () => {
    const { database, find } = await open('10.0.0.0/8');
    const first = await find('10.0.0.5');
    if (first === null) throw new Error('refused');
    await database.targets.keepUnlisted(first);
    await database.targets.rememberCertificate(first.id, 'ab'.repeat(32), null);
    await database.targets.keepUnlisted(first);
    expect(await find('10.0.0.5')).toMatchObject({ certificateSha256: 'ab'.repeat(32) });
    expect(await database.targets.list()).toEqual([]);
  });
});

describe('the setting of open networks', () => {
  it.each(['10.0.0.0/33', '10.0.0.0/', '10.0.0.0/8/8', 'intranet', '10.0.0.0/-1', 'fd00::/129', '10.0.0.0 /8'])(
    'is not %s',
    (text) => {
      expect(parseNetworks(text)).toBeUndefined();
    },
  );

  it('may be none', async () => {
    const { find } = await open('none');
    expect(await find('10.0.0.5')).toBeNull();
  });

  it('knows one spelling of each address', () => {
    expect(canonicalAddress('2001:DB8:0:0:0:0:0:1')).toBe('2001:db8::1');
    expect(canonicalAddress('::ffff:c000:201')).toBe('192.0.2.1');
  });
});
