/** Which realms the KDC proxy serves, and where their KDCs are: a setting. */

export interface Kdc {
  readonly host: string;
  readonly port: number;
  /** Both: TCP, and UDP where there is none. */
  readonly protocol: 'tcp' | 'udp' | 'both';
}

/** KDCs in the order in which they are tried, by realm in upper case. */
export type Realms = ReadonlyMap<string, readonly Kdc[]>;

const KERBEROS_PORT = 88;
const KDC = /^(?:(tcp|udp)\/)?([A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(?::(\d{1,5}))?$/;
const REALM = /^[A-Za-z0-9.-]{1,255}$/;

/** `REALM=kdc,tcp/kdc:88,udp/kdc;OTHER=kdc`; undefined when it is none. */
export function parseRealms(text: string): Realms | undefined {
  const realms = new Map<string, readonly Kdc[]>();
  for (const part of text
    .split(';')
    .map((one) => one.trim())
    .filter((one) => one !== '')) {
    const [realm = '', list = '', ...more] = part.split('=').map((one) => one.trim());
    const kdcs = list.split(',').map((one) => parseKdc(one.trim()));
    if (!REALM.test(realm) || more.length > 0 || realms.has(realm.toUpperCase())) return undefined;
    const known = kdcs.filter((kdc) => kdc !== null);
    if (known.length !== kdcs.length) return undefined;
    realms.set(realm.toUpperCase(), known);
  }
  return realms;
}

function parseKdc(text: string): Kdc | null {
  const [, protocol, host, port] = KDC.exec(text) ?? [];
  if (host === undefined) return null;
  const number = port === undefined ? KERBEROS_PORT : Number(port);
  if (number < 1 || number > 65_535) return null;
  const bare = host.startsWith('[') ? host.slice(1, -1) : host;
  return { host: bare, port: number, protocol: protocol === 'tcp' || protocol === 'udp' ? protocol : 'both' };
}
