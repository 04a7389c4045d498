/** What the gateway knows of its surroundings: the host itself, targets, role assignments. Shared with the viewer. */
import type { AzureRole } from './azure-roles.js';
import type { TargetInfo } from './api.js';
import type { RecordingSetting } from './rule.js';

/** A VM in the inventory, or an address. */
export type TargetKind = 'resource' | 'ip';

/** Which certificates a target may show: the first one it shows, a named one, or any of a certificate authority. */
export type CertificatePolicy = 'trust-on-first-use' | 'pinned' | 'ca';

/** `product-role`: everybody who has that role in this product. */
export type PrincipalKind = 'user' | 'group' | 'product-role';

/** Where an assignment comes from: there from the start, typed, or imported from Azure. */
export type AssignmentSource = 'built-in' | 'manual' | 'azure';

/** In ascending order; each has what those before it have. */
export const SKUS = ['basic', 'standard', 'premium'] as const;
export type Sku = (typeof SKUS)[number];

/** A management group and what is in it. */
export interface ManagementGroup {
  readonly name: string;
  /** Name of the management group above; null at the top. */
  readonly parent: string | null;
  /** Ids of the subscriptions in it. */
  readonly subscriptions: readonly string[];
}

/** What an operator sets for the whole host. */
export interface HostConfiguration {
  readonly sku: Sku;
  readonly ipConnect: boolean;
  readonly nativeClient: boolean;
  readonly shareableLinks: boolean;
  /** Whether the host can record at all. */
  readonly sessionRecording: boolean;
  /** Whether sessions are recorded where the target does not say. */
  readonly recording: RecordingSetting;
  readonly forcedTunnelling: boolean;
  readonly expressRouteDefaultRoute: boolean;
  readonly bastionSubnetUdr: boolean;
  readonly ntlmFallbackBlocked: boolean;
  /** The host as a scope of role assignments. */
  readonly resourceId: string;
  readonly virtualNetworkId: string | null;
  readonly managementGroups: readonly ManagementGroup[];
}

/** `GET /api/v1/host`. */
export interface HostInfo extends HostConfiguration {
  /** Counts changes of host, targets and role assignments. */
  readonly policyVersion: number;
}

/** `GET /api/v1/host/limits`: bounds of sessions, set where the gateway starts; 0 is none. */
export interface HostLimits {
  readonly maxSessionMs: number;
  readonly idleTimeoutMs: number;
  readonly sessionsPerUser: number;
  readonly sessionsPerHost: number;
}

/** `PUT /api/v1/host`: what is left out stays as it is. */
export interface HostChange extends Partial<HostConfiguration> {
  /** Ends live sessions that the change forbids; without it, the change is refused while there are any. */
  readonly endSessions?: boolean;
}

/** One of `GET /api/v1/targets` in full. `recording` is what holds, `recordingSetting` the target's own; null: the host's. */
export interface TargetDetails extends TargetInfo {
  readonly kind: TargetKind;
  readonly recordingSetting: RecordingSetting | null;
  readonly resourceId: string | null;
  readonly nicId: string | null;
  readonly virtualNetworkId: string | null;
  readonly peered: boolean;
  readonly entraJoined: boolean;
  readonly realm: string | null;
  readonly certificatePolicy: CertificatePolicy;
  readonly certificateSha256: string | null;
}

/** Answer to `PATCH /api/v1/targets/:id`. */
export interface TargetChanged extends TargetDetails {
  /** True when the target lost its stored credential: another address, port or certificate may be another machine. */
  readonly credentialDropped: boolean;
}

/** One of `GET /api/v1/role-assignments` -> `{ roleAssignments: RoleAssignment[] }`. */
export interface RoleAssignment {
  readonly id: string;
  readonly principalKind: PrincipalKind;
  /** User name or object id, object id of a group, or a role of the product. */
  readonly principal: string;
  /** Another name of the same principal, as Azure tells it. */
  readonly principalName: string | null;
  readonly role: AzureRole;
  readonly scope: string;
  readonly source: AssignmentSource;
}

/** What an import did, and what it left out and why. */
export interface ImportReport {
  readonly added: number;
  readonly changed: number;
  readonly unchanged: number;
  readonly removed: number;
  readonly skipped: readonly { readonly name: string; readonly reason: string }[];
  /** Targets that lost their stored credential because their address is another now; left out where none did. */
  readonly credentialsDropped?: readonly string[];
}
