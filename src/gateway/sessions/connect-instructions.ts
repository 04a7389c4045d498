/** What a person types or opens to use a ticket. */

export interface ConnectInstructions {
  readonly host: string;
  readonly port: number;
  readonly routingToken: string;
  /** Of the one-time password; null when the ticket is for TLS alone. */
  readonly userName: string | null;
}

/**
 * A command line for xfreerdp. The one-time password is asked for: what is on a command line, everybody on the machine
 * can read. `/d:` keeps xfreerdp from asking for a domain too.
 */
export function xfreerdpCommandFor({ host, port, routingToken, userName }: ConnectInstructions): string {
  const start = `xfreerdp /v:${host}:${port} /load-balance-info:${routingToken}`;
  return userName === null ? `${start} /sec:tls /cert:tofu /u:USER` : `${start} /cert:tofu /d: /u:${userName}`;
}

/**
 * An .rdp file for mstsc and others; the ticket travels as the load balancer's information. With a one-time password
 * everything else is as the clients have it by default: they ask for the password, and prove it with NLA.
 */
export function rdpFileFor({ host, port, routingToken, userName }: ConnectInstructions): string {
  const signIn =
    userName === null
      ? ['enablecredsspsupport:i:0', 'negotiate security layer:i:1']
      : [`username:s:${userName}`, 'enablecredsspsupport:i:1'];
  const lines = [
    `full address:s:${host}:${port}`,
    `loadbalanceinfo:s:${routingToken}`,
    ...signIn,
    'authentication level:i:2',
    'prompt for credentials:i:1',
    'autoreconnection enabled:i:1',
    'compression:i:1',
    'session bpp:i:32',
    'smart sizing:i:1',
    'redirectclipboard:i:1',
    'redirectprinters:i:0',
    'audiomode:i:2',
  ];
  return `${lines.join('\r\n')}\r\n`;
}
