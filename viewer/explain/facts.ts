/** The facts that policy decides on, as a form asks for them. */
import { SKUS } from '../../src/contract/inventory.js';
import { AUTHENTICATION_NAMES, METHOD_NAMES, RECORDING_OPTIONS } from '../lib/rule-words.js';
import { humanize } from '../lib/format.js';

export type FactValue = string | number | boolean | null;

export type Fact = { readonly name: string; readonly label: string } & (
  | { readonly kind: 'flag' }
  | { readonly kind: 'port' }
  | { readonly kind: 'choice'; readonly options: readonly (readonly [value: string, text: string])[] }
);

export interface FactGroup {
  readonly title: string;
  readonly facts: readonly Fact[];
}

const flag = (name: string, label: string): Fact => ({ name, label, kind: 'flag' });
const choice = (name: string, label: string, options: readonly (readonly [string, string])[]): Fact => ({
  name,
  label,
  kind: 'choice',
  options,
});

export const FACT_GROUPS: readonly FactGroup[] = [
  {
    title: 'What is asked for',
    facts: [
      choice('connectionMethod', 'Connection method', [
        ['native', METHOD_NAMES.native],
        ['portal', METHOD_NAMES.portal],
      ]),
      choice('authenticationMethod', 'Authentication', Object.entries(AUTHENTICATION_NAMES)),
      choice('protocol', 'Protocol', [
        ['rdp', 'RDP'],
        ['ssh', 'SSH'],
      ]),
      flag('throughLink', 'Through a shareable link'),
      flag('upnSignIn', 'Signs in as name@realm'),
      flag('crossRealm', 'The realm is another one than the target’s'),
    ],
  },
  {
    title: 'The target',
    facts: [
      choice('targetKind', 'What it is', [
        ['resource', 'A machine of the inventory'],
        ['ip', 'An IP address'],
      ]),
      { name: 'port', label: 'Port', kind: 'port' },
      choice('targetRecording', 'Its recording setting', [['host', 'As the host says'], ...RECORDING_OPTIONS]),
      flag('targetKnown', 'It is in the inventory'),
      flag('peered', 'Its network is peered with that of the host'),
      flag('entraJoined', 'Joined to Microsoft Entra ID'),
    ],
  },
  {
    title: 'The person',
    facts: [
      flag('mayConnect', 'Has a role of this product that connects'),
      flag('readerOnTarget', 'Reader on the target'),
      flag('readerOnNic', 'Reader on its network interface'),
      flag('readerOnHost', 'Reader on the host'),
      flag('readerOnNetwork', 'Reader on the target’s network'),
      flag('vmLogin', 'Virtual Machine Administrator or User Login'),
    ],
  },
  {
    title: 'The host',
    facts: [
      choice(
        'sku',
        'SKU',
        SKUS.map((sku) => [sku, humanize(sku)] as const),
      ),
      choice('hostRecording', 'Recording', RECORDING_OPTIONS),
      flag('sessionRecording', 'Session recording is on'),
      flag('nativeClient', 'Native clients are on'),
      flag('ipConnect', 'IP-based connections are on'),
      flag('shareableLinks', 'Shareable links are on'),
      flag('ntlmFallbackBlocked', 'NTLM is blocked'),
      flag('forcedTunnelling', 'Forced tunnelling'),
      flag('expressRouteDefaultRoute', 'Default route of ExpressRoute'),
      flag('bastionSubnetUdr', 'Routes of your own on its subnet'),
    ],
  },
];

const FACTS: readonly Fact[] = FACT_GROUPS.flatMap(({ facts }) => facts);

export const MAX_PORT = 65_535;

/** What is typed, by the name of the fact: of a query, what is a fact and can be one. */
export type TypedFacts = { readonly [name: string]: string };

export function parseFacts(query: string): TypedFacts {
  const given = new URLSearchParams(query);
  const known = FACTS.map((fact) => [fact, given.get(fact.name)] as const);
  return Object.fromEntries(
    known.flatMap(([fact, value]) => (value !== null && isValueOf(fact, value) ? [[fact.name, value]] : [])),
  );
}

export function isValueOf(fact: Fact, value: string): boolean {
  switch (fact.kind) {
    case 'flag':
      return value === 'true' || value === 'false';
    case 'port':
      return /^[0-9]{1,5}$/.test(value) && Number(value) >= 1 && Number(value) <= MAX_PORT;
    case 'choice':
      return fact.options.some(([one]) => one === value);
  }
}

/** As text: no setting of a target is the host's. */
export function textOf(value: FactValue | undefined): string {
  return value === null || value === undefined ? 'host' : String(value);
}
