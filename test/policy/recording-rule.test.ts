import { describe, expect, it } from 'vitest';
import { decisionId } from '../../src/contract/ids.js';
import type { AuthenticationMethod, ConnectionMethod, RecordingSetting } from '../../src/contract/rule.js';
import type { TraceHeader } from '../../src/contract/trace.js';
import { decide, RECORDING_RULE } from '../../src/policy/decide.js';
import type { GatewayAbilities } from '../../src/policy/gateway-abilities.js';
import { permitFromTrace, RecordingPermit } from '../../src/policy/permit.js';
import { sessionFacts } from './support/session-facts.js';

const ID = decisionId('01920000-0000-7000-8000-000000000002');
const BUILT = { entrance: true, authentication: { password: true, kerberos: true, entra: true } };
const ABILITIES: GatewayAbilities = { native: BUILT, portal: BUILT, shareableLinks: true };

type Entrance = Exclude<ConnectionMethod, 'imported'>;

/** Method, authentication, setting -> allowed?, recorded? Written from the rules by hand. */
const TABLE: readonly (readonly [Entrance, AuthenticationMethod, RecordingSetting, boolean, boolean])[] = [
  ['native', 'password', 'required', true, true],
  ['native', 'password', 'preferred', true, true],
  ['native', 'password', 'off', true, false],
  ['native', 'entra', 'required', true, true],
  ['native', 'entra', 'preferred', true, true],
  ['native', 'entra', 'off', true, false],
  ['portal', 'password', 'required', true, true],
  ['portal', 'password', 'preferred', true, true],
  ['portal', 'password', 'off', true, false],
  ['portal', 'kerberos', 'required', true, true],
  ['portal', 'kerberos', 'preferred', true, true],
  ['portal', 'kerberos', 'off', true, false],
  ['portal', 'entra', 'required', false, false],
  ['portal', 'entra', 'preferred', true, false],
  ['portal', 'entra', 'off', true, false],
];

describe('[invariant 1] the recording rule in the policy decision', () => {
  it.each(TABLE)(
    '%s + %s under %s: allowed %s, recorded %s',
    (connectionMethod, authenticationMethod, hostRecording, allowed, recorded) => {
      for (const throughLink of connectionMethod === 'portal' ? [false, true] : [false]) {
        const facts = sessionFacts({ connectionMethod, authenticationMethod, hostRecording, throughLink });
        const decision = decide(facts, ID, ABILITIES);
        expect(decision.outcome === 'allowed').toBe(allowed);
        expect(decision.outcome === 'allowed' && decision.permit !== null).toBe(recorded);
        expect(decision.reasons.includes(RECORDING_RULE)).toBe(!allowed);
      }
    },
  );

  it('holds by the setting of the target, whatever the host says', () => {
    const facts = { connectionMethod: 'portal', authenticationMethod: 'entra' } as const;
    const of = (hostRecording: RecordingSetting, targetRecording: RecordingSetting) =>
      decide(sessionFacts({ ...facts, hostRecording, targetRecording }), ID, ABILITIES);
    expect(of('off', 'required')).toMatchObject({ outcome: 'denied', reasons: ['portal-entra-recording'] });
    expect(of('required', 'off')).toMatchObject({ outcome: 'allowed', permit: null, reasons: ['recording-off'] });
    expect(of('required', 'preferred')).toMatchObject({ permit: null, reasons: ['portal-entra-unrecorded'] });
  });

  it('names every reason that applies, not the first', () => {
    const facts = { connectionMethod: 'portal', authenticationMethod: 'entra', mayConnect: false } as const;
    expect(decide(sessionFacts({ ...facts, vmLogin: false }), ID, ABILITIES).reasons).toEqual([
      'role-missing',
      'entra-role',
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
    const allowed = { connectionMethod: 'native', authenticationMethod: 'password', protocol: 'rdp' } as const;
    expect(() => new RecordingPermit(Symbol('policy'), allowed, ID, 1, 'required')).toThrow(TypeError);
    // @ts-expect-error An object of the same shape is not a permit: the private field is missing.
    const forged: RecordingPermit = { facts: allowed, decisionId: ID, policyVersion: 1, recording: 'required' };
    expect(forged).not.toBeInstanceOf(RecordingPermit);
  });
});
