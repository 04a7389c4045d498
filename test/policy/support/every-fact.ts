/**
 * Walks the whole product of facts without visiting each of its two thousand million members: a fact that was not read
 * cannot matter, so a visit that read five facts stands for every combination of the others. How many combinations the
 * visits stood for is counted, and has to be all of them.
 */
import type { PolicyFacts } from '../../../src/policy/facts.js';

export type Domains<Facts> = { readonly [name in keyof Facts]: readonly Facts[name][] };

const EITHER = [true, false] as const;

/** Every value that a fact can have, as far as the rules can tell them apart. */
export const DOMAINS: Domains<PolicyFacts> = {
  sku: ['basic', 'standard', 'premium'],
  ipConnect: EITHER,
  nativeClient: EITHER,
  shareableLinks: EITHER,
  sessionRecording: EITHER,
  hostRecording: ['required', 'preferred', 'off'],
  forcedTunnelling: EITHER,
  expressRouteDefaultRoute: EITHER,
  bastionSubnetUdr: EITHER,
  ntlmFallbackBlocked: EITHER,
  connectionMethod: ['native', 'portal'],
  throughLink: EITHER,
  authenticationMethod: ['password', 'kerberos', 'entra'],
  protocol: ['rdp', 'ssh'],
  upnSignIn: EITHER,
  crossRealm: EITHER,
  mayConnect: EITHER,
  readerOnTarget: EITHER,
  readerOnNic: EITHER,
  readerOnHost: EITHER,
  readerOnNetwork: EITHER,
  vmLogin: EITHER,
  targetKnown: EITHER,
  targetKind: ['resource', 'ip'],
  port: [3389, 3390, 22],
  peered: EITHER,
  entraJoined: EITHER,
  targetRecording: ['required', 'preferred', 'off', null],
};

export function sizeOf<Facts extends object>(domains: Domains<Facts>): number {
  return Object.values<readonly unknown[]>(domains).reduce((size, values) => size * values.length, 1);
}

export interface Walk {
  readonly visits: number;
  /** Combinations of facts that the visits stood for. */
  readonly covered: number;
  /** Facts that were read at all. */
  readonly read: readonly string[];
}

/** Calls `visit` until every combination of facts is covered. It may read facts one by one, not all of them at once. */
export function walkEveryFact<Facts extends object>(domains: Domains<Facts>, visit: (facts: Facts) => void): Walk {
  const values = new Map(Object.entries<readonly unknown[]>(domains));
  const total = sizeOf(domains);
  const read = new Set<string>();
  const path: { name: string; index: number }[] = [];
  let known = new Map<string, unknown>();
  const facts = new Proxy({} as Facts, {
    get: (_target, name) => {
      if (typeof name !== 'string' || !values.has(name)) throw new TypeError(`there is no fact ${String(name)}`);
      if (!known.has(name)) {
        path.push({ name, index: 0 });
        known.set(name, values.get(name)?.[0]);
        read.add(name);
      }
      return known.get(name);
    },
    ownKeys: () => {
      throw new TypeError('facts are read one by one here');
    },
  });
  let [visits, covered] = [0, 0];
  for (;;) {
    known = new Map(path.map(({ name, index }) => [name, values.get(name)?.[index]]));
    visit(facts);
    visits++;
    covered += path.reduce((rest, { name }) => rest / (values.get(name)?.length ?? 1), total);
    let last = path.at(-1);
    while (last !== undefined && last.index + 1 >= (values.get(last.name)?.length ?? 0)) {
      path.pop();
      last = path.at(-1);
    }
    if (last === undefined) return { visits, covered, read: [...read] };
    last.index++;
  }
}
