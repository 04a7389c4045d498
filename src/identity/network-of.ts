/**
 * What counts as one address where failures are counted: an IPv4 address, or the /64 of an IPv6 address, which one customer
 * of a provider has to themselves and can change the rest of as they like (RFC 6177).
 */
import { isIPv4, isIPv6 } from 'node:net';

const MAPPED_IPV4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

export function networkOf(address: string): string {
  const [bare = ''] = address.split('%');
  const mapped = MAPPED_IPV4.exec(bare)?.[1];
  if (mapped !== undefined) return mapped;
  if (!isIPv6(bare)) return address;
  return `${firstGroups(bare)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}

/** A wider circle, where only figures are kept: the /24 of an IPv4 address, or the /64 of an IPv6 address. */
export function neighbourhoodOf(address: string): string {
  const network = networkOf(address);
  return isIPv4(network) ? `${network.slice(0, network.lastIndexOf('.'))}.0/24` : network;
}

/** The first four of eight groups, with those that "::" leaves out. */
function firstGroups(address: string): readonly string[] {
  const [head = '', tail] = address.split('::');
  const groups = (text: string | undefined): string[] => (text === undefined || text === '' ? [] : text.split(':'));
  const [before, after] = [groups(head), groups(tail)];
  const between = tail === undefined ? [] : Array.from({ length: 8 - before.length - after.length }, () => '0');
  return [...before, ...between, ...after].slice(0, 4);
}
