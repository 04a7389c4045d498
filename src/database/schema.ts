/**
 * Tables and their columns, the same in SQLite and PostgreSQL. Times are milliseconds since 1970, hashes lower-case
 * hexadecimal, `*Json` columns canonical JSON. Column names are in snake case in the database.
 */
import type { AuditEventKind } from '../contract/audit-event.js';
import type { RecordingProgress, SessionState, SignInMethod, WithheldReason } from '../contract/api.js';
import type { ChainId, DecisionId, SessionId, TargetId, UserId } from '../contract/ids.js';
import type { AssignmentSource, CertificatePolicy, PrincipalKind, TargetKind } from '../contract/inventory.js';
import type { Sha256Hex } from '../contract/manifest.js';
import type { AzureRole } from '../contract/azure-roles.js';
import type { AuthenticationMethod, ConnectionMethod, Protocol, RecordingSetting } from '../contract/rule.js';

export interface UsersTable {
  id: UserId;
  user_name: string;
  display_name: string;
  /** JSON array of roles. */
  roles: string;
  created_at_ms: number;
  last_sign_in_at_ms: number | null;
  disabled_at_ms: number | null;
}

export interface SignInLinksTable {
  token_hash: Sha256Hex;
  user_id: UserId;
  created_at_ms: number;
  expires_at_ms: number;
  used_at_ms: number | null;
}

export interface PasswordsTable {
  user_id: UserId;
  /** With its parameters and salt, see src/identity/password-hash.ts. */
  hash: string;
  changed_at_ms: number;
}

/** A person of an OpenID Connect provider. */
export interface ExternalIdentitiesTable {
  issuer: string;
  /** What the issuer never gives to anybody else. */
  subject: string;
  user_id: UserId;
  created_at_ms: number;
}

export interface ApiTokensTable {
  id: string;
  token_hash: Sha256Hex;
  user_id: UserId;
  name: string;
  /** JSON array of scopes. */
  scopes: string;
  created_at_ms: number;
  expires_at_ms: number;
  last_used_at_ms: number | null;
  last_used_address: string | null;
  revoked_at_ms: number | null;
}

export interface WebSessionsTable {
  token_hash: Sha256Hex;
  /** Names it in lists; opens nothing. */
  id: string;
  user_id: UserId;
  method: SignInMethod;
  client_address: string;
  user_agent: string;
  created_at_ms: number;
  last_seen_at_ms: number;
  expires_at_ms: number;
}

export interface TargetsTable {
  id: TargetId;
  name: string;
  kind: TargetKind;
  address: string;
  port: number;
  /** Null: the host's setting holds. */
  recording_setting: RecordingSetting | null;
  /** Of a VM; null for an address. */
  resource_id: string | null;
  nic_id: string | null;
  virtual_network_id: string | null;
  /** 1 when the target's virtual network is another one than the host's, peered with it. */
  peered: 0 | 1;
  entra_joined: 0 | 1;
  /** Kerberos realm of the target; null when nobody said. */
  realm: string | null;
  certificate_policy: CertificatePolicy;
  /** The only certificate that is accepted under `pinned`. */
  certificate_sha256: Sha256Hex | null;
  created_at_ms: number;
}

export interface RoleAssignmentsTable {
  id: string;
  principal_kind: PrincipalKind;
  principal: string;
  principal_name: string | null;
  role: AzureRole;
  scope: string;
  source: AssignmentSource;
  created_at_ms: number;
}

export interface TargetChannelsTable {
  target_id: TargetId;
  /** JSON object of uses of channels and whether they are allowed. */
  channels_json: string;
  updated_at_ms: number;
}

export interface SessionsTable {
  id: SessionId;
  user_id: UserId;
  user_name: string;
  target_id: TargetId;
  /** Name, address and port are repeated: the target may change or go, the session's record does not. */
  target_name: string;
  target_address: string;
  target_port: number;
  connection_method: ConnectionMethod;
  authentication_method: AuthenticationMethod;
  protocol: Protocol;
  state: SessionState;
  recording_setting: RecordingSetting;
  /** 1 when policy issued a permit to record. */
  recorded: 0 | 1;
  decision_id: DecisionId;
  policy_version: number;
  gateway_id: string;
  client_address: string | null;
  created_at_ms: number;
  started_at_ms: number | null;
  client_lost_at_ms: number | null;
  ended_at_ms: number | null;
  end_reason: string | null;
  disconnect_requested_at_ms: number | null;
  bytes_from_client: number;
  bytes_from_target: number;
  /** 1 when the person came by a shareable link. */
  through_link: 0 | 1;
  /** User name at the target, where the decision looked at it; null else. */
  sign_in_name: string | null;
}

export interface TicketsTable {
  ticket_hash: Sha256Hex;
  session_id: SessionId;
  entrance: ConnectionMethod;
  created_at_ms: number;
  expires_at_ms: number;
  /** The only client address that may redeem it; null for any. */
  bound_client_address: string | null;
  redeemed_at_ms: number | null;
  redeemed_client_address: string | null;
  /** Who the client has to prove to be; null: the ticket is for TLS alone, or for the portal. */
  proof_user_name: string | null;
  /** NT hash of the one-time password, sealed, in base64; null when nobody may prove it (any longer). */
  proof_key: string | null;
  /** Wrong proofs so far. */
  failed_proofs: number;
}

export interface RecordingsTable {
  session_id: SessionId;
  connection_method: ConnectionMethod;
  authentication_method: AuthenticationMethod;
  protocol: Protocol;
  recording_setting: Exclude<RecordingSetting, 'off'>;
  state: RecordingProgress;
  owner_gateway_id: string;
  lease_expires_at_ms: number;
  session_started_at_ms: number;
  finished_at_ms: number | null;
  duration_ms: number;
  size_bytes: number;
  gap_count: number;
  encoder: string | null;
  manifest_sha256: Sha256Hex | null;
  failure: string | null;
  /** Why nobody is shown it; null when it may be watched. */
  withheld_reason: WithheldReason | null;
}

export interface VideosTable {
  session_id: SessionId;
  file: string;
  part: number;
  width: number;
  height: number;
  codec: string;
  init_bytes: number;
  init_sha256: Sha256Hex;
  size_bytes: number;
}

export interface SegmentsTable {
  session_id: SessionId;
  segment_index: number;
  file: string;
  offset_bytes: number;
  size_bytes: number;
  start_ms: number;
  duration_ms: number;
  frames: number;
  sha256: Sha256Hex;
  chain: Sha256Hex;
}

export interface GapsTable {
  session_id: SessionId;
  /** SHA-256 of the gap's canonical JSON: a gap that is reported again after a crash is the same row. */
  gap_hash: Sha256Hex;
  start_ms: number;
  end_ms: number;
  reason: string;
  codec: string;
  area_json: string | null;
  bytes: number;
  pdus: number;
}

export interface AuditEventsTable {
  chain_id: ChainId;
  sequence: number;
  time_ms: number;
  kind: AuditEventKind;
  actor: string;
  session_id: SessionId | null;
  data_json: string;
  previous_hash: Sha256Hex;
  hash: Sha256Hex;
}

/** The database itself holds the sealed secret, or a key vault holds it. */
export type SecretStoreKind = 'embedded' | 'key-vault';

export interface TargetCredentialsTable {
  target_id: TargetId;
  user_name: string;
  domain: string;
  restricted_admin: 0 | 1;
  store: SecretStoreKind;
  /** Sealed, or the name of a secret in the key vault. */
  secret: string;
  updated_at_ms: number;
  updated_by: string;
}

export interface SessionSecretsTable {
  session_id: SessionId;
  sealed: string;
  expires_at_ms: number;
}

export interface EntraSignInsTable {
  id: string;
  state_hash: Sha256Hex;
  user_id: UserId;
  target_id: TargetId;
  sealed: string;
  /** 1 when the person has signed in. */
  granted: 0 | 1;
  expires_at_ms: number;
}

export interface KdcTokensTable {
  token_hash: Sha256Hex;
  session_id: SessionId;
  expires_at_ms: number;
}

export interface ShareableLinksTable {
  id: string;
  secret_hash: Sha256Hex;
  target_id: TargetId;
  /** Empty for none. */
  note: string;
  created_by: UserId;
  created_at_ms: number;
  expires_at_ms: number;
  revoked_at_ms: number | null;
}

/** Sessions that came by a link. */
export interface SessionLinksTable {
  session_id: SessionId;
  link_id: string;
}

export interface SettingsTable {
  key: string;
  value_json: string;
  updated_at_ms: number;
}

export interface Schema {
  users: UsersTable;
  sign_in_links: SignInLinksTable;
  passwords: PasswordsTable;
  external_identities: ExternalIdentitiesTable;
  api_tokens: ApiTokensTable;
  web_sessions: WebSessionsTable;
  targets: TargetsTable;
  role_assignments: RoleAssignmentsTable;
  target_channels: TargetChannelsTable;
  sessions: SessionsTable;
  tickets: TicketsTable;
  recordings: RecordingsTable;
  videos: VideosTable;
  segments: SegmentsTable;
  gaps: GapsTable;
  audit_events: AuditEventsTable;
  settings: SettingsTable;
  target_credentials: TargetCredentialsTable;
  session_secrets: SessionSecretsTable;
  entra_sign_ins: EntraSignInsTable;
  kdc_tokens: KdcTokensTable;
  shareable_links: ShareableLinksTable;
  session_links: SessionLinksTable;
}
