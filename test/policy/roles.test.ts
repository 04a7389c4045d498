import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AZURE_ROLE_NAMES, type AzureRole } from '../../src/contract/azure-roles.js';
import { type Assignment, type Resources, rolesOver } from '../../src/policy/roles.js';

const S = '/subscriptions/s1';
const RESOURCES: Resources = {
  target: `${S}/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm`,
  nic: `${S}/resourceGroups/rg/providers/Microsoft.Network/networkInterfaces/nic`,
  host: `${S}/resourceGroups/bastion/providers/Microsoft.Network/bastionHosts/host`,
  network: '/subscriptions/s2/resourceGroups/net/providers/Microsoft.Network/virtualNetworks/spoke',
};
const NOTHING = {
  readerOnTarget: false,
  readerOnNic: false,
  readerOnHost: false,
  readerOnNetwork: false,
  vmLogin: false,
};
const over = (...assignments: Assignment[]) => rolesOver(assignments, RESOURCES, []);

describe('roles over scopes', () => {
  it.each(['Reader', 'Contributor', 'Owner'] as const)('%s reads what is at and below its scope', (role) => {
    expect(over({ role, scope: '/' })).toEqual({
      readerOnTarget: true,
      readerOnNic: true,
      readerOnHost: true,
      readerOnNetwork: true,
      vmLogin: false,
    });
    const group = { role, scope: `${S}/resourceGroups/rg` };
    expect(over(group)).toEqual({ ...NOTHING, readerOnTarget: true, readerOnNic: true });
    expect(over({ role, scope: RESOURCES.host })).toEqual({ ...NOTHING, readerOnHost: true });
    expect(over({ role, scope: '/subscriptions/s2' })).toEqual({ ...NOTHING, readerOnNetwork: true });
  });

  it.each(['Virtual Machine Administrator Login', 'Virtual Machine User Login'] as const)(
    '%s signs in and reads nothing',
    (role) => {
      expect(over({ role, scope: S })).toEqual({ ...NOTHING, vmLogin: true });
      expect(over({ role, scope: RESOURCES.host })).toEqual(NOTHING);
    },
  );

  it('gives nothing without assignments, and keeps nobody from what is not there', () => {
    expect(over()).toEqual(NOTHING);
    const address = { ...RESOURCES, target: null, nic: null, network: null };
    const everything = { readerOnTarget: true, readerOnNic: true, readerOnHost: false, readerOnNetwork: true };
    expect(rolesOver([], address, [])).toEqual({ ...everything, vmLogin: false });
  });

  it('never gives less for more assignments', () => {
    const assignment: fc.Arbitrary<Assignment> = fc.record({
      role: fc.constantFrom<AzureRole>(...AZURE_ROLE_NAMES),
      scope: fc.constantFrom('/', S, '/subscriptions/s2', `${S}/resourceGroups/rg`, RESOURCES.host, '/subscriptions/s'),
    });
    fc.assert(
      fc.property(fc.array(assignment), assignment, (some, another) => {
        const [less, more] = [over(...some), over(...some, another)];
        for (const name of Object.keys(NOTHING) as (keyof typeof NOTHING)[]) {
          expect(more[name] || !less[name]).toBe(true);
        }
      }),
    );
  });
});
