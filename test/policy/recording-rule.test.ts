import { describe, expect, it } from 'vitest';
import { decisionId } from '../../src/contract/ids.js';
import type { AuthenticationMethod, ConnectionMethod, RecordingSetting } from '../../src/contract/rule.js';
import type { TraceHeader } from '../../src/contract/trace.js';
import { decide, type SessionFacts } from '../../src/policy/decide.js';
import { permitFromTrace, RecordingPermit } from '../../src/policy/permit.js';

const ID = decisionId('01920000-0000-7000-8000-000000000002');

function facts(change: Partial<SessionFacts> = {}): SessionFacts {
  return {
    connectionMethod: 'native',
    authenticationMethod: 'password',
    protocol: 'rdp',
    roles: ['user'],
    targetKnown: true,
    recording: 'required',
    policyVersion: 1,
    ...change,
  };
}

/** Method, authentication, setting -> allowed?, recorded? Written from the rules by hand. */
const TABLE: readonly (readonly [ConnectionMethod, AuthenticationMethod, RecordingSetting, boolean, boolean])[] = [
  ['native', 'password', 'required', true, true],
  ['native', 'password', 'preferred', true, true],
  ['native', 'password', 'off', true, false],
  ['portal', 'password', 'required', true, true],
  ['portal', 'password', 'preferred', true, true],
  ['portal', 'password', 'off', true, false],
  ['portal', 'entra', 'required', false, false],
  ['portal', 'entra', 'preferred', false, false],
  ['portal', 'entra', 'off', false, false],
  ['native', 'entra', 'required', false, false],
  ['native', 'kerberos', 'required', false, false],
];

describe('[invariant 1] the recording rule in the policy decision', () => {
  it.each(TABLE)(
    '%s + %s under %s: allowed %s, recorded %s',
    (method, authentication, recording, allowed, recorded) => {
      const decision = decide(facts({ connectionMethod: method, authenticationMethod: authentication, recording }), ID);
      expect(decision.outcome === 'allowed').toBe(allowed);
      expect(decision.outcome === 'allowed' && decision.permit !== null).toBe(recorded);
    },
  );

  it('names every reason that applies, not the first', () => {
    const decision = decide(
      facts({ connectionMethod: 'portal', authenticationMethod: 'entra', roles: [], targetKnown: false }),
      ID,
    );
    expect(decision.reasons).toEqual([
      'role-missing',
      'target-unknown',
      'entra-not-available',
      'portal-entra-recording',
    ]);
  });

  it('never issues a permit to a portal session with Entra ID, whatever the trace says', () => {
    const header = { decisionId: ID, policyVersion: 1, recording: 'required' } as const;
    const permit = (method: ConnectionMethod, authentication: AuthenticationMethod): RecordingPermit | null =>
      permitFromTrace({
        ...header,
        facts: { connectionMethod: method, authenticationMethod: authentication, protocol: 'rdp' },
      } as TraceHeader);
    expect(permit('portal', 'entra')).toBeNull();
    expect(permit('native', 'entra')).toBeInstanceOf(RecordingPermit);
    expect(permit('portal', 'password')).toBeInstanceOf(RecordingPermit);
  });

  it('lets nobody else construct a permit', () => {
    const allowed = facts();
    expect(() => new RecordingPermit(Symbol('policy'), allowed, ID, 1, 'required')).toThrow(TypeError);
    // @ts-expect-error An object of the same shape is not a permit: the private field is missing.
    const forged: RecordingPermit = { facts: allowed, decisionId: ID, policyVersion: 1, recording: 'required' };
    expect(forged).not.toBeInstanceOf(RecordingPermit);
  });
});
