/** Every rule over the whole product of facts, against tables written by hand; and mutants of every rule, each of them caught. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decisionId } from '../../src/contract/ids.js';
import { decide } from '../../src/policy/decide.js';
import type { PolicyFacts } from '../../src/policy/facts.js';
import type { GatewayAbilities } from '../../src/policy/gateway-abilities.js';
import { DENIALS, INABILITIES, NOTES, type Rule } from '../../src/policy/rules.js';
import { REASONS } from '../../src/policy/reasons.js';
import { type Domains, DOMAINS, sizeOf, walkEveryFact } from './support/every-fact.js';
import { sessionFacts } from './support/session-facts.js';
import { allowedByHand, isCase, recordedByHand, REFUSED, TOLD } from './support/rules-by-hand.js';

const ID = decisionId('01920000-0000-7000-8000-000000000002');
const EVERYTHING = { entrance: true, authentication: { password: true, kerberos: true, entra: true } };
/** A gateway on which everything is built: what is left is the rules. */
const ALL_BUILT: GatewayAbilities = { native: EVERYTHING, portal: EVERYTHING, shareableLinks: true };

type Applies = Rule<PolicyFacts>['applies'];
type Expected = (facts: PolicyFacts) => boolean;

const expectedOf = (code: Rule<PolicyFacts>['code']): Expected => {
  const cases = REFUSED[code] ?? TOLD[code];
  if (cases === undefined) throw new Error(`the tables by hand say nothing of ${code}`);
  return (facts) => isCase(facts, cases);
};

/** How many visits of the walk differ; the walk covers every combination of facts, or it throws. */
function differences(applies: Applies, expected: Expected): number {
  let different = 0;
  const { covered } = walkEveryFact(DOMAINS, (facts) => {
    if (applies(facts) !== expected(facts)) different++;
  });
  if (covered !== sizeOf(DOMAINS)) throw new Error(`the walk covered ${covered} combinations`);
  return different;
}

/** The same for the outcome of all rules together: who is let in, and whether the session is recorded. */
function outcomeDifferences(denials: readonly Rule<PolicyFacts>[]): number {
  let different = 0;
  const { covered } = walkEveryFact(DOMAINS, (facts) => {
    const denied = denials.some(({ applies }) => applies(facts));
    if (denied === allowedByHand(facts)) different++;
  });
  if (covered !== sizeOf(DOMAINS)) throw new Error(`the walk covered ${covered} combinations`);
  return different;
}

const ROWS = [...DENIALS, ...NOTES];

describe('the rules over every combination of facts', () => {
  it('are about two thousand million combinations', () => {
    expect(sizeOf(DOMAINS)).toBe(2 ** 23 * 3 ** 4 * 4);
  });

  it.each(ROWS.map((row) => [row.code, row] as const))('%s applies exactly where the table says', (code, row) => {
    expect(differences(row.applies, expectedOf(code))).toBe(0);
  });

  it('allow together exactly what the tables of connections, authentication and roles allow', () => {
    expect(outcomeDifferences(DENIALS)).toBe(0);
  });

  it('have each one row, and each row of the tables by hand has its rule', () => {
    const codes = ROWS.map(({ code }) => code);
    expect(new Set(codes).size).toBe(codes.length);
    expect(codes.toSorted()).toEqual([...Object.keys(REFUSED), ...Object.keys(TOLD)].toSorted());
  });
});

describe('a mutant of a rule is caught', () => {
  it.each(ROWS.map((row) => [row.code, row] as const))('%s: left out, always there, or turned round', (code, row) => {
    const expected = expectedOf(code);
    expect(differences(() => false, expected)).toBeGreaterThan(0);
    expect(differences(() => true, expected)).toBeGreaterThan(0);
    expect(differences((facts) => !row.applies(facts), expected)).toBeGreaterThan(0);
  });

  it.each(ROWS.map((row) => [row.code, row] as const))('%s: blind for any fact that it looks at', (code, row) => {
    const { read } = walkEveryFact(DOMAINS, (facts) => void row.applies(facts));
    expect(read.length).toBeGreaterThan(0);
    for (const name of read as (keyof PolicyFacts)[]) {
      for (const value of DOMAINS[name]) {
        const blind: Applies = (facts) =>
          row.applies(new Proxy(facts, { get: (known, key) => (key === name ? value : known[key as typeof name]) }));
        expect(differences(blind, expectedOf(code)), `${name} taken for ${String(value)}`).toBeGreaterThan(0);
      }
    }
  });

  it.each(DENIALS.map((row) => [row.code, row] as const))('%s: without it somebody is let in', (_code, row) => {
    expect(outcomeDifferences(DENIALS.filter((other) => other !== row))).toBeGreaterThan(0);
  });
});

const anyFacts: fc.Arbitrary<PolicyFacts> = fc.record(
  Object.fromEntries(
    Object.entries<readonly unknown[]>(DOMAINS).map(([name, values]) => [name, fc.constantFrom(...values)]),
  ) as { [name in keyof PolicyFacts]: fc.Arbitrary<PolicyFacts[name]> },
);
/** Most facts in favour, so that some sessions are allowed. */
const FAVOURABLE = sessionFacts();
const FAVOURED = Object.keys(DOMAINS).filter(
  (name) => !['connectionMethod', 'throughLink', 'authenticationMethod', 'port', 'peered'].includes(name),
) as (keyof PolicyFacts)[];
const mostlyFavourable = fc
  .tuple(anyFacts, fc.subarray(FAVOURED, { minLength: FAVOURED.length - 3 }))
  .map(([facts, favoured]) => ({
    ...facts,
    ...Object.fromEntries(favoured.map((name) => [name, FAVOURABLE[name]])),
  }));

describe('a decision', () => {
  it('names every rule that applies, and records exactly what the table says', () => {
    let allowed = 0;
    fc.assert(
      fc.property(fc.oneof(anyFacts, mostlyFavourable), (facts) => {
        const decision = decide({ ...facts, policyVersion: 7 }, ID, ALL_BUILT);
        const denials = DENIALS.filter(({ code }) => expectedOf(code)(facts)).map(({ code }) => code);
        const notes = NOTES.filter(({ code }) => expectedOf(code)(facts)).map(({ code }) => code);
        expect(decision.outcome).toBe(allowedByHand(facts) ? 'allowed' : 'denied');
        expect(decision.reasons).toEqual(denials.length > 0 ? denials : notes);
        if (decision.outcome === 'denied') return;
        allowed++;
        expect(decision.permit === null ? 'unrecorded' : 'recorded').toBe(recordedByHand(facts));
        if (decision.permit !== null) {
          expect(decision.permit).toMatchObject({ policyVersion: 7, decisionId: ID });
          expect(decision.permit.recording).toBe(facts.targetRecording ?? facts.hostRecording);
        }
      }),
      { numRuns: 20_000 },
    );
    expect(allowed).toBeGreaterThan(1_000);
  });

  it('has a sentence and a remedy for every reason', () => {
    for (const { code } of [...ROWS, ...INABILITIES]) {
      expect(REASONS[code].sentence).toMatch(/^[A-Z].{15,}\.$/);
      expect(REASONS[code].remedy).toMatch(/^[A-Z].{10,}\.$/);
    }
  });
});

describe('what is not built yet', () => {
  interface Flat extends Pick<PolicyFacts, 'connectionMethod' | 'authenticationMethod' | 'throughLink'> {
    readonly entrance: boolean;
    readonly authentication: boolean;
    readonly links: boolean;
  }
  const domains: Domains<Flat> = {
    connectionMethod: DOMAINS.connectionMethod,
    authenticationMethod: DOMAINS.authenticationMethod,
    throughLink: [true, false],
    entrance: [true, false],
    authentication: [true, false],
    links: [true, false],
  };

  it('is refused, each part by its own reason, and the other entrance does not matter', () => {
    const { covered } = walkEveryFact(domains, (flat) => {
      const { connectionMethod, authenticationMethod, throughLink, entrance, authentication, links } = flat;
      const own = {
        entrance,
        authentication: { ...EVERYTHING.authentication, [authenticationMethod]: authentication },
      };
      const other = connectionMethod === 'native' ? 'portal' : 'native';
      const nothing = { entrance: false, authentication: { password: false, kerberos: false, entra: false } };
      const abilities = { shareableLinks: links, [connectionMethod]: own, [other]: nothing };
      const facts = { connectionMethod, authenticationMethod, throughLink } as PolicyFacts;
      const found = INABILITIES.filter(({ applies }) =>
        applies({ facts, abilities: abilities as unknown as GatewayAbilities }),
      ).map(({ code }) => code);
      expect(found).toEqual([
        ...(entrance ? [] : ['entrance-not-available']),
        ...(throughLink && !links ? ['links-not-available'] : []),
        ...(authentication ? [] : [`${authenticationMethod}-not-available`]),
      ]);
    });
    expect(covered).toBe(sizeOf(domains));
  });
});
