/**
 * The rules once more, written by hand from the product's documentation and not from the code: as tables of values. What
 * is in a table is what the documentation's table says; a combination that no row names is not possible.
 */
import type { PolicyFacts } from '../../../src/policy/facts.js';
import type { ReasonCode } from '../../../src/policy/reasons.js';

/** Facts with these values; all of them. */
export type Case = { readonly [name in keyof PolicyFacts]?: readonly PolicyFacts[name][] };

const NO = [false] as const;
const YES = [true] as const;

/** Reason -> the cases in which it applies. */
export const REFUSED: { readonly [code in ReasonCode]?: readonly Case[] } = {
  'role-missing': [{ mayConnect: NO }],
  'target-unknown': [{ targetKnown: NO }],
  'ssh-not-supported': [{ protocol: ['ssh'] }],

  'sku-custom-port': [
    { sku: ['basic'], protocol: ['rdp'], port: [3390, 22] },
    { sku: ['basic'], protocol: ['ssh'], port: [3389, 3390] },
  ],
  'sku-ip': [{ sku: ['basic'], targetKind: ['ip'] }],
  'sku-native': [{ sku: ['basic'], connectionMethod: ['native'] }],
  'sku-link': [{ sku: ['basic'], throughLink: YES }],
  'ip-off': [{ targetKind: ['ip'], ipConnect: NO }],
  'native-off': [{ connectionMethod: ['native'], nativeClient: NO }],
  'links-off': [{ throughLink: YES, shareableLinks: NO }],
  'native-ip-port': [
    { connectionMethod: ['native'], targetKind: ['ip'], protocol: ['rdp'], port: [3390, 22] },
    { connectionMethod: ['native'], targetKind: ['ip'], protocol: ['ssh'], port: [3389, 3390] },
  ],
  'link-native': [{ throughLink: YES, connectionMethod: ['native'] }],
  'link-ip': [{ throughLink: YES, targetKind: ['ip'] }],

  'ip-forced-tunnelling': [{ targetKind: ['ip'], forcedTunnelling: YES }],
  'ip-expressroute': [{ targetKind: ['ip'], expressRouteDefaultRoute: YES }],
  'ip-udr': [{ targetKind: ['ip'], bastionSubnetUdr: YES }],

  'reader-target': [{ targetKind: ['resource'], readerOnTarget: NO }],
  'reader-nic': [{ targetKind: ['resource'], readerOnNic: NO }],
  'reader-host': [{ readerOnHost: NO }],
  'reader-network': [{ peered: YES, readerOnNetwork: NO }],

  'entra-ip': [
    { authenticationMethod: ['entra'], targetKind: ['ip'], protocol: ['rdp'] },
    { authenticationMethod: ['entra'], targetKind: ['ip'], protocol: ['ssh'], connectionMethod: ['portal'] },
  ],
  'entra-role': [{ authenticationMethod: ['entra'], vmLogin: NO }],
  'entra-not-joined': [{ authenticationMethod: ['entra'], entraJoined: NO }],
  'kerberos-native': [{ authenticationMethod: ['kerberos'], connectionMethod: ['native'] }],
  'kerberos-ip': [{ authenticationMethod: ['kerberos'], targetKind: ['ip'] }],
  'kerberos-upn': [{ authenticationMethod: ['kerberos'], upnSignIn: NO }],
  'kerberos-cross-realm': [{ authenticationMethod: ['kerberos'], crossRealm: YES }],

  'portal-entra-recording': [
    {
      connectionMethod: ['portal'],
      authenticationMethod: ['entra'],
      protocol: ['rdp'],
      targetRecording: ['required'],
    },
    {
      connectionMethod: ['portal'],
      authenticationMethod: ['entra'],
      protocol: ['rdp'],
      targetRecording: [null],
      hostRecording: ['required'],
    },
  ],
  'recording-sku': [
    { sku: ['basic', 'standard'], targetRecording: ['required'] },
    { sku: ['basic', 'standard'], targetRecording: [null], hostRecording: ['required'] },
  ],
  'recording-disabled': [
    { sessionRecording: NO, targetRecording: ['required'] },
    { sessionRecording: NO, targetRecording: [null], hostRecording: ['required'] },
  ],
};

const ABLE = { sku: ['premium'], sessionRecording: YES } as const;
const NATIVE_OR_NOT_ENTRA: readonly Case[] = [
  { connectionMethod: ['native'] },
  { connectionMethod: ['portal'], authenticationMethod: ['password', 'kerberos'] },
  { connectionMethod: ['portal'], authenticationMethod: ['entra'], protocol: ['ssh'] },
];
const REQUIRED: readonly Case[] = [
  { targetRecording: ['required'] },
  { targetRecording: [null], hostRecording: ['required'] },
];
const PREFERRED: readonly Case[] = [
  { targetRecording: ['preferred'] },
  { targetRecording: [null], hostRecording: ['preferred'] },
];

/** Every case of the one list with every case of the other. */
function both(some: readonly Case[], others: readonly Case[]): Case[] {
  return some.flatMap((one) => others.map((other) => ({ ...one, ...other })));
}

/** What an allowed session is told -> the cases. */
export const TOLD: { readonly [code in ReasonCode]?: readonly Case[] } = {
  'recording-off': [{ targetRecording: ['off'] }, { targetRecording: [null], hostRecording: ['off'] }],
  'recording-required': both(both(REQUIRED, NATIVE_OR_NOT_ENTRA), [ABLE]),
  'recording-preferred': both(both(PREFERRED, NATIVE_OR_NOT_ENTRA), [ABLE]),
  'portal-entra-unrecorded': both(PREFERRED, [
    { connectionMethod: ['portal'], authenticationMethod: ['entra'], protocol: ['rdp'] },
  ]),
  'recording-sku-unrecorded': both(PREFERRED, [{ sku: ['basic', 'standard'] }]),
  'recording-disabled-unrecorded': both(PREFERRED, [{ sessionRecording: NO }]),
  'kerberos-ntlm-fallback': [{ authenticationMethod: ['kerberos'], ntlmFallbackBlocked: NO }],
  'kerberos-alone': [{ authenticationMethod: ['kerberos'], ntlmFallbackBlocked: YES }],
};

/** True when the facts are one of the cases. */
export function isCase(facts: PolicyFacts, cases: readonly Case[]): boolean {
  return cases.some((one) =>
    Object.entries<readonly unknown[]>(one).every(([name, values]) =>
      values.includes(facts[name as keyof PolicyFacts]),
    ),
  );
}

type Way = 'portal' | 'native' | 'link';
type Place = 'resource' | 'resource, custom port' | 'address' | 'address, custom port';

/** The table of connection methods: minimum SKU and switches. `never` for what it excludes or does not name. */
const CONNECTIONS: { readonly [way in Way]: { readonly [place in Place]: Case | 'never' } } = {
  portal: {
    resource: { sku: ['basic', 'standard', 'premium'] },
    'resource, custom port': { sku: ['standard', 'premium'] },
    address: { sku: ['standard', 'premium'], ipConnect: YES },
    'address, custom port': { sku: ['standard', 'premium'], ipConnect: YES },
  },
  native: {
    resource: { sku: ['standard', 'premium'], nativeClient: YES },
    'resource, custom port': { sku: ['standard', 'premium'], nativeClient: YES },
    address: { sku: ['standard', 'premium'], nativeClient: YES, ipConnect: YES },
    'address, custom port': 'never',
  },
  link: {
    resource: { sku: ['standard', 'premium'], shareableLinks: YES },
    'resource, custom port': { sku: ['standard', 'premium'], shareableLinks: YES },
    address: 'never',
    'address, custom port': 'never',
  },
};

/** The table of authentication methods: what each works with, and what it needs. */
const AUTHENTICATION: {
  readonly [method in PolicyFacts['authenticationMethod']]: readonly (readonly [
    Way,
    PolicyFacts['targetKind'],
    Case,
  ])[];
} = {
  entra: [
    ['portal', 'resource', { vmLogin: YES, entraJoined: YES }],
    ['link', 'resource', { vmLogin: YES, entraJoined: YES }],
    ['native', 'resource', { vmLogin: YES, entraJoined: YES }],
  ],
  password: [
    ['portal', 'resource', {}],
    ['link', 'resource', {}],
    ['portal', 'ip', {}],
    ['native', 'resource', {}],
    ['native', 'ip', {}],
  ],
  kerberos: [
    ['portal', 'resource', { upnSignIn: YES, crossRealm: NO }],
    ['link', 'resource', { upnSignIn: YES, crossRealm: NO }],
  ],
};

/** True when the documentation allows a session with these facts. Facts are asked for only as far as they matter. */
export function allowedByHand(facts: PolicyFacts): boolean {
  if (!facts.mayConnect || !facts.targetKnown || facts.protocol === 'ssh') return false;
  const way = facts.throughLink ? 'link' : facts.connectionMethod;
  if (facts.throughLink && facts.connectionMethod === 'native') return false;
  const { targetKind } = facts;
  const place = `${targetKind === 'ip' ? 'address' : 'resource'}${facts.port === 3389 ? '' : ', custom port'}` as const;
  const needed = CONNECTIONS[way][place];
  if (needed === 'never' || !isCase(facts, [needed])) return false;
  // Limitations of connections to addresses.
  if (targetKind === 'ip' && (facts.forcedTunnelling || facts.expressRouteDefaultRoute || facts.bastionSubnetUdr)) {
    return false;
  }
  // Roles.
  if (targetKind === 'resource' && !(facts.readerOnTarget && facts.readerOnNic)) return false;
  if (!facts.readerOnHost || (facts.peered && !facts.readerOnNetwork)) return false;
  const methods = AUTHENTICATION[facts.authenticationMethod];
  const works = methods.some(([with_, kind, needs]) => with_ === way && kind === targetKind && isCase(facts, [needs]));
  return works && recordedByHand(facts) !== 'refused';
}

/** The table of recording: setting and what stands in its way -> what becomes of the session's recording. */
export function recordedByHand(facts: PolicyFacts): 'recorded' | 'unrecorded' | 'refused' {
  const setting = facts.targetRecording === null ? facts.hostRecording : facts.targetRecording;
  if (setting === 'off') return 'unrecorded';
  const entraInPortal = facts.connectionMethod === 'portal' && facts.authenticationMethod === 'entra';
  if (facts.sku === 'premium' && facts.sessionRecording && !entraInPortal) return 'recorded';
  return setting === 'required' ? 'refused' : 'unrecorded';
}
