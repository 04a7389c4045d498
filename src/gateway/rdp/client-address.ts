/** Addresses of clients as they are written down: IPv4 without the prefix that dual-stack sockets give it. */

const IPV4_PREFIX = /^::ffff:/;

/** Of a socket's `remoteAddress`, which a socket that is gone has no more. */
export function clientAddressOf(remoteAddress: string | undefined): string {
  return (remoteAddress ?? 'unknown').replace(IPV4_PREFIX, '');
}
