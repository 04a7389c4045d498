/**
 * Changes of policy: on record first, then made, together with the next version. A change that turns recording on is
 * refused while sessions are live that must not be recorded, unless the operator says to end them. [invariant 1]
 */
import type { SessionId } from '../contract/ids.js';
import type { HostConfiguration } from '../contract/inventory.js';
import type { Json } from '../contract/json.js';
import type { RecordingSetting } from '../contract/rule.js';
import type { Database, Repositories } from '../database/open.js';
import type { SessionRecord } from '../database/sessions.js';
import type { TargetCredentialRecord } from '../database/target-credentials.js';
import type { TargetRecord } from '../database/targets.js';
import type { AuditAppender } from '../identity/identity.js';
import { type RecordingFacts, turnsRecordingOn } from '../policy/recording-strictness.js';
import { nextPolicyVersion, readHost } from './host.js';
import { droppedEvent } from './stale-credentials.js';

export interface PolicyChangeOptions {
  readonly database: Pick<
    Database,
    'targets' | 'targetCredentials' | 'sessions' | 'settings' | 'roleAssignments' | 'transaction'
  >;
  readonly audit: AuditAppender;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Whether sessions are recorded until an operator sets it for the host. */
  readonly recording: RecordingSetting;
}

export interface Change {
  /** `user:<id>` or `command-line`. */
  readonly actor: string;
  /** What the audit log calls it. */
  readonly change: string;
  readonly data: { readonly [key: string]: Json };
  /** Credentials of targets that the effect removes. */
  readonly dropped?: readonly TargetCredentialRecord[];
}

/** Live sessions that must not be recorded stand in the way of a change that turns recording on. */
export class SessionsInTheWayError extends Error {
  override readonly name = 'SessionsInTheWayError';
  readonly sessions: readonly { readonly id: SessionId; readonly userName: string; readonly targetName: string }[];

  constructor(sessions: readonly SessionRecord[]) {
    super('portal sessions with Microsoft Entra ID are live, and recording would be turned on for them');
    this.sessions = sessions.map(({ id, userName, targetName }) => ({ id, userName, targetName }));
  }
}

/** Makes a change that cannot turn recording on. Rejects, without an effect, when audit fails. */
export async function makeChange<T>(
  { database, audit, clock }: PolicyChangeOptions,
  { actor, change, data, dropped = [] }: Change,
  effect: (repositories: Repositories) => Promise<T>,
): Promise<T> {
  await audit.append({ kind: 'policy.changed', actor, sessionId: null, data: { change, ...data } });
  for (const credential of dropped) await audit.append(droppedEvent(actor, credential));
  return database.transaction(async (repositories) => {
    const result = await effect(repositories);
    await nextPolicyVersion(repositories, clock());
    return result;
  });
}

/** What recording depends on after a change: another host, or targets with another setting. */
export interface RecordingChange {
  readonly host?: HostConfiguration;
  readonly targets?: ReadonlyMap<TargetRecord['id'], RecordingSetting | null>;
}

/** @throws SessionsInTheWayError without an effect, unless `endSessions` says to end them. */
export async function makeRecordingChange<T>(
  options: PolicyChangeOptions,
  change: Change & { readonly recording: RecordingChange; readonly endSessions: boolean },
  effect: (repositories: Repositories) => Promise<T>,
): Promise<T> {
  const inTheWay = await conflictsOf(options, change.recording);
  const live = (await inTheWay()).filter(({ state }) => state !== 'authorised');
  if (live.length > 0 && !change.endSessions) throw new SessionsInTheWayError(live);
  const result = await makeChange(options, change, effect);
  // Once more: somebody may have come in between the first look and the change, by the policy of before. Tickets that
  // nobody has used are withdrawn with them.
  await endSessions(options, change.actor, await inTheWay());
  return result;
}

/** Finds open sessions for which the change turns recording on; compared with the policy of the moment of this call. */
async function conflictsOf(
  { database, recording }: PolicyChangeOptions,
  change: RecordingChange,
): Promise<() => Promise<readonly SessionRecord[]>> {
  const [host, targets] = await Promise.all([readHost(database, recording), database.targets.list()]);
  const settings = new Map(targets.map(({ id, recordingSetting }) => [id, recordingSetting]));
  const affected = (id: TargetRecord['id']): boolean => {
    const own = settings.get(id);
    if (own === undefined) return false;
    const changed = change.targets?.get(id);
    const after = changed === undefined ? own : changed;
    return turnsRecordingOn(recordingFacts(host, own), recordingFacts(change.host ?? host, after));
  };
  return async () => {
    const facts = { connectionMethod: 'portal', authenticationMethod: 'entra', protocol: 'rdp' } as const;
    return (await database.sessions.listOpenWith(facts)).filter(({ targetId }) => affected(targetId));
  };
}

function recordingFacts(host: HostConfiguration, targetRecording: RecordingSetting | null): RecordingFacts {
  const { sku, sessionRecording, recording } = host;
  return { sku, sessionRecording, hostRecording: recording, targetRecording };
}

/** The gateway of each session ends it when it sees the request. */
async function endSessions(
  { database, audit, clock }: PolicyChangeOptions,
  actor: string,
  sessions: readonly SessionRecord[],
): Promise<void> {
  for (const { id } of sessions) {
    const data = { reason: 'recording-turned-on' };
    await audit.append({ kind: 'session.disconnect-requested', actor, sessionId: id, data });
    await database.sessions.requestDisconnect(id, clock());
  }
}
