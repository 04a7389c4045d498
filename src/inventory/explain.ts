/**
 * Answers for facts that a person types: the same decision as for a session, without one. What is not typed is taken from
 * the host for facts of the host; everything else is taken as nothing that stands in the way.
 */
import { Type, type Static } from 'typebox';
import type { Explanation } from '../contract/explanation.js';
import { decisionId } from '../contract/ids.js';
import { type HostInfo, SKUS } from '../contract/inventory.js';
import { decide, explain } from '../policy/decide.js';
import type { PolicyFacts } from '../policy/facts.js';
import type { GatewayAbilities } from '../policy/gateway-abilities.js';
import { hostFacts } from './session-policy.js';

const RECORDING = ['required', 'preferred', 'off'] as const;

const flag = Type.Optional(Type.Boolean());
const oneOf = <const Name extends string>(names: readonly Name[]) => Type.Optional(Type.Enum([...names]));

/** Every fact by its name. `targetRecording` is `host` when the target has no setting of its own. */
export const TYPED_FACTS = Type.Object(
  {
    sku: oneOf(SKUS),
    ipConnect: flag,
    nativeClient: flag,
    shareableLinks: flag,
    sessionRecording: flag,
    hostRecording: oneOf(RECORDING),
    forcedTunnelling: flag,
    expressRouteDefaultRoute: flag,
    bastionSubnetUdr: flag,
    ntlmFallbackBlocked: flag,
    connectionMethod: oneOf(['native', 'portal']),
    throughLink: flag,
    authenticationMethod: oneOf(['password', 'kerberos', 'entra']),
    protocol: oneOf(['rdp', 'ssh']),
    upnSignIn: flag,
    crossRealm: flag,
    mayConnect: flag,
    readerOnTarget: flag,
    readerOnNic: flag,
    readerOnHost: flag,
    readerOnNetwork: flag,
    vmLogin: flag,
    targetKnown: flag,
    targetKind: oneOf(['resource', 'ip']),
    port: Type.Optional(Type.Integer({ minimum: 1, maximum: 65_535 })),
    peered: flag,
    entraJoined: flag,
    targetRecording: oneOf([...RECORDING, 'host']),
  },
  { additionalProperties: false },
);
export type TypedFacts = Static<typeof TYPED_FACTS>;

const FAVOURABLE: Omit<PolicyFacts, keyof ReturnType<typeof hostFacts>> = {
  connectionMethod: 'native',
  throughLink: false,
  authenticationMethod: 'password',
  protocol: 'rdp',
  upnSignIn: true,
  crossRealm: false,
  mayConnect: true,
  readerOnTarget: true,
  readerOnNic: true,
  readerOnHost: true,
  readerOnNetwork: true,
  vmLogin: true,
  targetKnown: true,
  targetKind: 'resource',
  port: 3389,
  peered: false,
  entraJoined: true,
  targetRecording: null,
};
/** The decision of no session has no id of its own. */
const NO_DECISION = decisionId('00000000-0000-7000-8000-000000000000');

/** @param abilities what the gateway can do; what is built when left out */
export function explainFacts(host: HostInfo, typed: TypedFacts, abilities?: GatewayAbilities): Explanation {
  const { targetRecording = 'host', ...others } = typed;
  const facts: PolicyFacts = {
    ...hostFacts(host),
    ...FAVOURABLE,
    // A link is a portal unless somebody says that it was not.
    ...(typed.throughLink === true && { connectionMethod: 'portal' }),
    ...others,
    targetRecording: targetRecording === 'host' ? null : targetRecording,
  };
  const { policyVersion } = host;
  const decision = decide({ ...facts, policyVersion }, NO_DECISION, abilities);
  return {
    outcome: decision.outcome,
    recorded: decision.outcome === 'allowed' && decision.permit !== null,
    reasons: decision.reasons.map(explain),
    facts: { ...facts },
    policyVersion,
  };
}
