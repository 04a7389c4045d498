/** What a person types or opens to use a ticket. */

export interface ConnectInstructions {
  readonly host: string;
  readonly port: number;
  readonly routingToken: string;
}

/** A command line for xfreerdp; the password is asked for, never on the command line. */
export function xfreerdpCommandFor({ host, port, routingToken }: ConnectInstructions): string {
  return `xfreerdp /v:${host}:${port} /load-balance-info:${routingToken} /sec:tls /cert:tofu /u:USER`;
}

/**
 * An .rdp file for mstsc and others. CredSSP is off because this entrance speaks TLS; the ticket travels as the load
 * balancer's information.
 */
export function rdpFileFor({ host, port, routingToken }: ConnectInstructions): string {
  const lines = [
    `full address:s:${host}:${port}`,
    `loadbalanceinfo:s:${routingToken}`,
    'enablecredsspsupport:i:0',
    'negotiate security layer:i:1',
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
