/**
 * The rules of connections through a Bastion, one row each. A row that applies refuses the session; all rows are asked,
 * so that a refusal says everything that stands in the way. What each says, and what would change it, is in `reasons.ts`.
 */
import type { AuthenticationMethod } from '../contract/rule.js';
import { canRecord, DEFAULT_PORTS, type PolicyFacts, recordingSettingOf } from './facts.js';
import type { GatewayAbilities } from './gateway-abilities.js';
import { recordingForbidden } from './permit.js';
import type { ReasonCode } from './reasons.js';

export interface Rule<Facts> {
  readonly code: ReasonCode;
  readonly applies: (facts: Facts) => boolean;
}

const isIp = (facts: PolicyFacts): boolean => facts.targetKind === 'ip';
const isNative = (facts: PolicyFacts): boolean => facts.connectionMethod === 'native';
const isBasic = (facts: PolicyFacts): boolean => facts.sku === 'basic';
const isCustomPort = (facts: PolicyFacts): boolean => facts.port !== DEFAULT_PORTS[facts.protocol];
const isKerberos = (facts: PolicyFacts): boolean => facts.authenticationMethod === 'kerberos';
const isEntra = (facts: PolicyFacts): boolean => facts.authenticationMethod === 'entra';

/** True when the session must be recorded or not take place. */
const mustRecord = (facts: PolicyFacts): boolean => recordingSettingOf(facts) === 'required';
const mayRecord = (facts: PolicyFacts): boolean => recordingSettingOf(facts) === 'preferred';

/** [invariant 1] The recording rule, for sessions that are not known to be RDP too. */
const neverRecorded = ({ connectionMethod, authenticationMethod, protocol }: PolicyFacts): boolean =>
  protocol === 'rdp' && recordingForbidden({ connectionMethod, authenticationMethod, protocol });

const rule = (code: ReasonCode, applies: (facts: PolicyFacts) => boolean): Rule<PolicyFacts> => ({ code, applies });

/** In the order in which a refusal lists them. */
export const DENIALS: readonly Rule<PolicyFacts>[] = [
  rule('role-missing', (facts) => !facts.mayConnect),
  rule('target-unknown', (facts) => !facts.targetKnown),
  rule('ssh-not-supported', (facts) => facts.protocol === 'ssh'),

  rule('sku-custom-port', (facts) => isBasic(facts) && isCustomPort(facts)),
  rule('sku-ip', (facts) => isBasic(facts) && isIp(facts)),
  rule('sku-native', (facts) => isBasic(facts) && isNative(facts)),
  rule('sku-link', (facts) => isBasic(facts) && facts.throughLink),
  rule('ip-off', (facts) => isIp(facts) && !facts.ipConnect),
  rule('native-off', (facts) => isNative(facts) && !facts.nativeClient),
  rule('links-off', (facts) => facts.throughLink && !facts.shareableLinks),
  rule('native-ip-port', (facts) => isNative(facts) && isIp(facts) && isCustomPort(facts)),
  rule('link-native', (facts) => facts.throughLink && isNative(facts)),
  rule('link-ip', (facts) => facts.throughLink && isIp(facts)),

  rule('ip-forced-tunnelling', (facts) => isIp(facts) && facts.forcedTunnelling),
  rule('ip-expressroute', (facts) => isIp(facts) && facts.expressRouteDefaultRoute),
  rule('ip-udr', (facts) => isIp(facts) && facts.bastionSubnetUdr),

  rule('reader-target', (facts) => !isIp(facts) && !facts.readerOnTarget),
  rule('reader-nic', (facts) => !isIp(facts) && !facts.readerOnNic),
  rule('reader-host', (facts) => !facts.readerOnHost),
  rule('reader-network', (facts) => facts.peered && !facts.readerOnNetwork),

  // Over SSH, Entra ID is for addresses too, with a native client.
  rule('entra-ip', (facts) => isEntra(facts) && isIp(facts) && (facts.protocol === 'rdp' || !isNative(facts))),
  rule('entra-role', (facts) => isEntra(facts) && !facts.vmLogin),
  rule('entra-not-joined', (facts) => isEntra(facts) && !facts.entraJoined),
  rule('kerberos-native', (facts) => isKerberos(facts) && isNative(facts)),
  rule('kerberos-ip', (facts) => isKerberos(facts) && isIp(facts)),
  rule('kerberos-upn', (facts) => isKerberos(facts) && !facts.upnSignIn),
  rule('kerberos-cross-realm', (facts) => isKerberos(facts) && facts.crossRealm),

  rule('portal-entra-recording', (facts) => mustRecord(facts) && neverRecorded(facts)),
  rule('recording-sku', (facts) => mustRecord(facts) && facts.sku !== 'premium'),
  rule('recording-disabled', (facts) => mustRecord(facts) && !facts.sessionRecording),
];

/** A request, and what the gateway can do. */
export interface AbleFacts {
  readonly facts: PolicyFacts;
  readonly abilities: GatewayAbilities;
}

const unable = (code: ReasonCode, method: AuthenticationMethod): Rule<AbleFacts> => ({
  code,
  applies: ({ facts, abilities }) =>
    facts.authenticationMethod === method && !abilities[facts.connectionMethod].authentication[method],
});

/** What is not built yet is refused too. */
export const INABILITIES: readonly Rule<AbleFacts>[] = [
  {
    code: 'entrance-not-available',
    applies: ({ facts, abilities }) => !abilities[facts.connectionMethod].entrance,
  },
  { code: 'links-not-available', applies: ({ facts, abilities }) => facts.throughLink && !abilities.shareableLinks },
  unable('password-not-available', 'password'),
  unable('kerberos-not-available', 'kerberos'),
  unable('entra-not-available', 'entra'),
];

/** What an allowed session is told. */
export const NOTES: readonly Rule<PolicyFacts>[] = [
  rule('recording-off', (facts) => recordingSettingOf(facts) === 'off'),
  rule('recording-required', (facts) => mustRecord(facts) && !neverRecorded(facts) && canRecord(facts)),
  rule('recording-preferred', (facts) => mayRecord(facts) && !neverRecorded(facts) && canRecord(facts)),
  rule('portal-entra-unrecorded', (facts) => mayRecord(facts) && neverRecorded(facts)),
  rule('recording-sku-unrecorded', (facts) => mayRecord(facts) && facts.sku !== 'premium'),
  rule('recording-disabled-unrecorded', (facts) => mayRecord(facts) && !facts.sessionRecording),
  rule('kerberos-ntlm-fallback', (facts) => isKerberos(facts) && !facts.ntlmFallbackBlocked),
  rule('kerberos-alone', (facts) => isKerberos(facts) && facts.ntlmFallbackBlocked),
];
