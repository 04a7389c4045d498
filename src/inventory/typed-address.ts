/**
 * IP-based connect: a person types an address in place of choosing a target. Which addresses may be typed at all is a
 * setting; whether this person may connect, policy decides.
 *
 * An address of the inventory is its target, with that target's roles and recording. Any other becomes a target of the kind
 * "ip" that no list shows: its certificate is remembered from the first session on, as of every target.
 */
import { BlockList, isIP, SocketAddress } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { TargetId } from '../contract/ids.js';
import { PLACE_UNKNOWN, type TargetRecord, type TargetRepository, unlistedId } from '../database/targets.js';

const DEFAULT_PORT = 3389;
const MAPPED_IPV4 = /^::ffff:(?=[\d.]+$)/;
const PREFIX_BITS = { 4: 32, 6: 128 } as const;

export interface TypedAddress {
  readonly address: string;
  readonly port?: number | undefined;
}

/** Where people may connect by address. */
export interface OpenNetworks {
  /** Networks, and addresses of their own. */
  readonly networks: BlockList;
  /** Addresses that are named one by one. */
  readonly single: ReadonlySet<string>;
}

/** `10.0.0.0/8,192.0.2.7`; undefined for a text that is something else. */
export function parseNetworks(text: string): OpenNetworks | undefined {
  const networks = new BlockList();
  const single = new Set<string>();
  for (const entry of text.split(',').filter((one) => one !== '' && one !== 'none')) {
    const [typed = '', bits, ...more] = entry.split('/');
    const address = canonicalAddress(typed);
    const family = address === null ? 0 : isIP(address);
    if (address === null || (family !== 4 && family !== 6) || more.length > 0) return undefined;
    const prefix = bits === undefined ? PREFIX_BITS[family] : Number(bits);
    if (!/^\d{1,3}$/.test(bits ?? '0') || prefix > PREFIX_BITS[family]) return undefined;
    networks.addSubnet(address, prefix, family === 4 ? 'ipv4' : 'ipv6');
    if (prefix === PREFIX_BITS[family]) single.add(address);
  }
  return { networks, single };
}

/** One spelling for each address; IPv4 without the prefix that IPv6 gives it. Null for what is no IP address. */
export function canonicalAddress(typed: string): string | null {
  const family = typed.includes('%') ? 0 : isIP(typed);
  if (family === 4) return typed;
  if (family !== 6) return null;
  return new SocketAddress({ address: typed, family: 'ipv6' }).address.replace(MAPPED_IPV4, '');
}

export interface TypedAddressesOptions {
  readonly targets: Pick<TargetRepository, 'get' | 'list'>;
  readonly open: OpenNetworks;
  /** Ports that the gateway itself listens at. */
  readonly ownPorts: ReadonlySet<number>;
  readonly clock: () => number;
  /** Addresses of this machine; what its network interfaces say when left out. */
  readonly ownAddresses?: () => readonly string[];
}

export class TypedAddresses {
  readonly #options: TypedAddressesOptions;

  constructor(options: TypedAddressesOptions) {
    this.#options = options;
  }

  /** The target at the address, which may be on no record yet; null when the address is not open to people. */
  async find(typed: TypedAddress): Promise<TargetRecord | null> {
    const { targets, clock } = this.#options;
    const address = canonicalAddress(typed.address);
    const { port = DEFAULT_PORT } = typed;
    if (address === null || !this.#isOpen(address, port)) return null;
    const listed = (await targets.list()).find(
      (target) => target.port === port && canonicalAddress(target.address) === address,
    );
    if (listed !== undefined) return listed;
    const name = isIP(address) === 6 ? `[${address}]:${port}` : `${address}:${port}`;
    const id = unlistedId(name);
    return (await targets.get(id)) ?? unlisted(id, name, { address, port }, clock());
  }

  /** Of this machine, only what is named by itself is open, and what the gateway listens at never is. */
  #isOpen(address: string, port: number): boolean {
    const { open, ownPorts, ownAddresses = interfaceAddresses } = this.#options;
    const family = isIP(address) === 4 ? 'ipv4' : 'ipv6';
    const own = OWN.check(address, family) || ownAddresses().some((one) => canonicalAddress(one) === address);
    if (own) return open.single.has(address) && !ownPorts.has(port);
    return open.networks.check(address, family);
  }
}

/** What means this machine on every machine: loopback and "this host" ([RFC 6890] 2.2.2, 2.2.3). */
const OWN = new BlockList();
OWN.addSubnet('127.0.0.0', 8, 'ipv4');
OWN.addSubnet('0.0.0.0', 8, 'ipv4');
OWN.addSubnet('::', 127, 'ipv6');

function interfaceAddresses(): readonly string[] {
  return Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address));
}

function unlisted(
  id: TargetId,
  name: string,
  where: { readonly address: string; readonly port: number },
  createdAtMs: number,
): TargetRecord {
  return {
    ...PLACE_UNKNOWN,
    recordingSetting: null,
    ...where,
    id,
    name,
    kind: 'ip',
    createdAtMs,
  };
}
