import { describe, expect, it } from 'vitest';
import type { ManagementGroup } from '../../src/contract/inventory.js';
import { holdsFor, localMachine } from '../../src/policy/scopes.js';

const GROUP = '/subscriptions/s1/resourceGroups/rg';
const VM = `${GROUP}/providers/Microsoft.Compute/virtualMachines/build-07`;
const MANAGEMENT = '/providers/Microsoft.Management/managementGroups';
const GROUPS: readonly ManagementGroup[] = [
  { name: 'contoso', parent: null, subscriptions: [] },
  { name: 'engineering', parent: 'Contoso', subscriptions: ['S1'] },
  { name: 'finance', parent: 'contoso', subscriptions: ['s2'] },
];

/** Scope, resource, holds? Written from the rules by hand. */
const TABLE: readonly (readonly [string, string, boolean])[] = [
  [VM, VM, true],
  [VM.toUpperCase(), VM, true],
  [`${VM}/`, VM, true],
  [GROUP, VM, true],
  ['/subscriptions/s1', VM, true],
  ['/subscriptions/S1', VM, true],
  ['/', VM, true],
  [`${MANAGEMENT}/engineering`, VM, true],
  [`${MANAGEMENT}/contoso`, VM, true],
  [`${MANAGEMENT}/CONTOSO`, VM, true],
  [`${MANAGEMENT}/finance`, VM, false],
  [`${MANAGEMENT}/unheard-of`, VM, false],
  // Beside it, not above it: the same letters in the beginning are not enough.
  ['/subscriptions/s', VM, false],
  ['/subscriptions/s1/resourceGroups/r', VM, false],
  [VM.slice(0, -1), VM, false],
  [`${VM}-2`, VM, false],
  ['/subscriptions/s2', VM, false],
  // Nothing is inherited upwards.
  [`${VM}/extensions/x`, VM, false],
  [VM, GROUP, false],
  [GROUP, '/subscriptions/s1', false],
];

describe('scopes', () => {
  it.each(TABLE)('%s for %s: %s', (scope, resource, expected) => {
    expect(holdsFor(scope, resource, GROUPS)).toBe(expected);
  });

  it('ends with management groups that name one another', () => {
    const loop: ManagementGroup[] = [
      { name: 'a', parent: 'b', subscriptions: ['s1'] },
      { name: 'b', parent: 'a', subscriptions: [] },
    ];
    expect(holdsFor(`${MANAGEMENT}/c`, VM, loop)).toBe(false);
    expect(holdsFor(`${MANAGEMENT}/b`, VM, loop)).toBe(true);
  });

  it('gives a machine outside Azure an id in which its name is one segment', () => {
    expect(localMachine('front desk/2').split('/').at(-1)).toBe('front-desk-2');
  });
});
