import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ClaimMapping, type Claims, personOfClaims } from '../../src/identity/oidc/person-of-claims.js';
import { USER_NAME_PATTERN } from '../../src/identity/user-names.js';

const MAPPING: ClaimMapping = {
  subjectClaim: 'oid',
  roles: new Map([
    ['admins', 'administrator'],
    ['auditors', 'auditor'],
  ]),
  defaultRole: null,
  tenants: [],
};
const CLAIMS: Claims = {
  iss: 'https://i',
  oid: 'o',
  sub: 's',
  preferred_username: 'Ada',
  name: 'Ada L',
  roles: ['admins'],
};

const personOf = (change: Claims, mapping: Partial<ClaimMapping> = {}) =>
  personOfClaims({ ...CLAIMS, ...change }, { ...MAPPING, ...mapping });

test('roles and groups both give roles, each once, in the same order always', () => {
  const roles = (change: Claims) => {
    const result = personOf(change);
    return result.kind === 'person' ? result.person.roles : result.reason;
  };
  expect(roles({})).toEqual(['administrator']);
  expect(roles({ roles: ['auditors', 'admins'], groups: ['admins'] })).toEqual(['administrator', 'auditor']);
  expect(roles({ roles: 'auditors' })).toEqual(['auditor']);
  expect(roles({ roles: [], groups: [{ admins: true }, 7, null] })).toBe('no-role');
  expect(roles({ roles: ['toString', '__proto__', 'constructor'] })).toBe('no-role');
  expect(roles({ roles: [], _claim_names: { groups: 'src1' } })).toBe('groups-overage');
  expect(roles({ roles: ['auditors'], hasgroups: true })).toEqual(['auditor']);
});

test('a person is who the chosen claim says, never who a name says', () => {
  const subject = (change: Claims, mapping: Partial<ClaimMapping> = {}) => {
    const result = personOf(change, mapping);
    return result.kind === 'person' ? result.person.subject : result.reason;
  };
  expect(subject({})).toBe('o');
  expect(subject({}, { subjectClaim: 'sub' })).toBe('s');
  for (const oid of [undefined, '', 7, ['o'], 'x'.repeat(300)]) expect(subject({ oid })).toBe('claim-missing');
});

test('names are fit to be shown, whatever the provider says', () => {
  const name = (change: Claims) => {
    const result = personOf(change);
    return result.kind === 'person' ? [result.person.userName, result.person.displayName] : result.reason;
  };
  expect(name({})).toEqual(['ada', 'Ada L']);
  expect(name({ preferred_username: undefined, email: 'A@B.example' })).toEqual(['a@b.example', 'Ada L']);
  expect(name({ preferred_username: 'two words', name: '' })).toEqual(['o', 'o']);
  expect(name({ name: 'Ada\u202Eecalevol' })).toEqual(['ada', 'Adaecalevol']);
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (preferred, shown) => {
      const result = personOf({ preferred_username: preferred, name: shown });
      if (result.kind !== 'person') throw new Error(result.reason);
      expect(result.person.userName).toMatch(new RegExp(USER_NAME_PATTERN, 'u'));
      expect(result.person.displayName).toMatch(/^[^\p{C}]{1,200}$/u);
    }),
  );
});
