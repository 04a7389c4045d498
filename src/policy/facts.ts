/** All that a decision looks at. The words are those of Azure Bastion's documentation; one fact, one field. */
import type { Sku, TargetKind } from '../contract/inventory.js';
import type { AuthenticationMethod, ConnectionMethod, RecordingSetting } from '../contract/rule.js';

/** The host: SKU, switches and routes, as operators set them. */
export interface HostFacts {
  readonly sku: Sku;
  readonly ipConnect: boolean;
  readonly nativeClient: boolean;
  readonly shareableLinks: boolean;
  /** Whether the host can record at all. */
  readonly sessionRecording: boolean;
  readonly hostRecording: RecordingSetting;
  /** A VPN takes all traffic. */
  readonly forcedTunnelling: boolean;
  /** ExpressRoute advertises a default route. */
  readonly expressRouteDefaultRoute: boolean;
  /** User-defined routes on the Bastion subnet. */
  readonly bastionSubnetUdr: boolean;
  readonly ntlmFallbackBlocked: boolean;
}

/** What is asked for. */
export interface RequestFacts {
  /** The entrance; shareable links are a portal. */
  readonly connectionMethod: Exclude<ConnectionMethod, 'imported'>;
  readonly throughLink: boolean;
  readonly authenticationMethod: AuthenticationMethod;
  readonly protocol: 'rdp' | 'ssh';
  /** The user name at the target is a UPN, `name@realm`. */
  readonly upnSignIn: boolean;
  /** Its realm is another one than the target's. */
  readonly crossRealm: boolean;
}

/** The person who asks. */
export interface PersonFacts {
  /** One of their roles in this product lets them connect at all. */
  readonly mayConnect: boolean;
  readonly readerOnTarget: boolean;
  readonly readerOnNic: boolean;
  readonly readerOnHost: boolean;
  /** On the target's virtual network. */
  readonly readerOnNetwork: boolean;
  /** Virtual Machine Administrator Login or Virtual Machine User Login on the target. */
  readonly vmLogin: boolean;
}

/** The target, as the inventory knows it. */
export interface TargetFacts {
  readonly targetKnown: boolean;
  readonly targetKind: TargetKind;
  readonly port: number;
  /** Its virtual network is another one than the host's, peered with it. */
  readonly peered: boolean;
  readonly entraJoined: boolean;
  /** Its own setting wins over the host's; null when it has none. */
  readonly targetRecording: RecordingSetting | null;
}

export interface PolicyFacts extends HostFacts, RequestFacts, PersonFacts, TargetFacts {}

export const DEFAULT_PORTS = { rdp: 3389, ssh: 22 } as const;

/** Whether sessions to the target are to be recorded. */
export function recordingSettingOf(facts: Pick<PolicyFacts, 'targetRecording' | 'hostRecording'>): RecordingSetting {
  return facts.targetRecording ?? facts.hostRecording;
}

/** True when the host can record. */
export function canRecord(facts: Pick<PolicyFacts, 'sku' | 'sessionRecording'>): boolean {
  return facts.sku === 'premium' && facts.sessionRecording;
}
