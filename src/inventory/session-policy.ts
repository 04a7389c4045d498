/** Asks policy about a session with the facts of this moment: host, inventory and role assignments from the database. */
import { randomBytes } from 'node:crypto';
import type { Role } from '../contract/api.js';
import { decisionId, type TargetId, type UserId, uuidV7 } from '../contract/ids.js';
import type { HostConfiguration } from '../contract/inventory.js';
import type { AuthenticationMethod, ConnectionMethod, RecordingSetting } from '../contract/rule.js';
import type { Repositories } from '../database/open.js';
import type { TargetRecord } from '../database/targets.js';
import { type Decision, decide, type SessionFacts } from '../policy/decide.js';
import type { HostFacts, PersonFacts, RequestFacts, TargetFacts } from '../policy/facts.js';
import type { GatewayAbilities } from '../policy/gateway-abilities.js';
import { rolesOver } from '../policy/roles.js';
import { readHost } from './host.js';

export interface SessionPolicyOptions {
  readonly database: Pick<Repositories, 'targets' | 'roleAssignments' | 'settings' | 'credentials'>;
  /** Whether sessions are recorded until an operator sets it for the host. */
  readonly recording: RecordingSetting;
  readonly clock: () => number;
  /** What the gateway can do; what is built when left out. */
  readonly abilities?: GatewayAbilities;
}

/** Who asks: names and ids that role assignments may be made out to. */
export interface Person {
  readonly id: UserId;
  readonly userName: string;
  readonly roles: readonly Role[];
  /** Object ids of their groups, where they are known. */
  readonly groups?: readonly string[];
}

/** What is asked for. */
export interface Asked {
  readonly connectionMethod: Exclude<ConnectionMethod, 'imported'>;
  readonly authenticationMethod: AuthenticationMethod;
  readonly throughLink?: boolean;
  /** User name at the target. */
  readonly signInName?: string | null;
}

export interface Decided {
  readonly decision: Decision;
  readonly facts: SessionFacts;
  /** Null when there is none with this id. */
  readonly target: TargetRecord | null;
}

const MAY_CONNECT: readonly Role[] = ['administrator', 'operator', 'user'];

export class SessionPolicy {
  readonly #options: SessionPolicyOptions;

  constructor(options: SessionPolicyOptions) {
    this.#options = options;
  }

  /** @param person null for nobody, or somebody who was disabled */
  async decide(person: Person | null, id: TargetId, asked: Asked): Promise<Decided> {
    return this.decideFor(person, await this.#options.database.targets.get(id), asked);
  }

  /** About a target that need not be on record. @param target null when there is none */
  async decideFor(person: Person | null, target: TargetRecord | null, asked: Asked): Promise<Decided> {
    const { database, recording, clock, abilities } = this.#options;
    const host = await readHost(database, recording);
    const facts: SessionFacts = {
      ...hostFacts(host),
      ...requestFacts(asked, target),
      ...(await personFacts(database, person, host, target)),
      ...targetFacts(target),
      policyVersion: host.policyVersion,
    };
    const newId = decisionId(uuidV7(clock(), randomBytes(10)));
    return { decision: decide(facts, newId, abilities), facts, target };
  }

  /** What would be decided about each of these requests for one target, by the facts of this moment. */
  async preview(person: Person, target: TargetRecord, all: readonly Asked[]): Promise<readonly Decision[]> {
    const { database, recording, clock, abilities } = this.#options;
    const host = await readHost(database, recording);
    const given = {
      ...hostFacts(host),
      ...(await personFacts(database, person, host, target)),
      ...targetFacts(target),
    };
    return all.map((asked) => {
      const facts = { ...given, ...requestFacts(asked, target), policyVersion: host.policyVersion };
      return decide(facts, decisionId(uuidV7(clock(), randomBytes(10))), abilities);
    });
  }
}

export function hostFacts(host: HostConfiguration): HostFacts {
  return {
    sku: host.sku,
    ipConnect: host.ipConnect,
    nativeClient: host.nativeClient,
    shareableLinks: host.shareableLinks,
    sessionRecording: host.sessionRecording,
    hostRecording: host.recording,
    forcedTunnelling: host.forcedTunnelling,
    expressRouteDefaultRoute: host.expressRouteDefaultRoute,
    bastionSubnetUdr: host.bastionSubnetUdr,
    ntlmFallbackBlocked: host.ntlmFallbackBlocked,
  };
}

function requestFacts(asked: Asked, target: TargetRecord | null): RequestFacts {
  const realm = /^[^@\s]+@([^@\s]+)$/.exec(asked.signInName ?? '')?.[1];
  return {
    connectionMethod: asked.connectionMethod,
    throughLink: asked.throughLink === true,
    authenticationMethod: asked.authenticationMethod,
    protocol: 'rdp',
    upnSignIn: realm !== undefined,
    // Of a target whose realm nobody said, its domain controller decides.
    crossRealm: realm !== undefined && typeof target?.realm === 'string' && !sameName(realm, target.realm),
  };
}

function sameName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

async function personFacts(
  database: SessionPolicyOptions['database'],
  person: Person | null,
  host: HostConfiguration,
  target: TargetRecord | null,
): Promise<PersonFacts> {
  const assignments = person === null ? [] : await assignmentsOf(database, person);
  const resources = {
    target: target?.resourceId ?? null,
    nic: target?.nicId ?? null,
    host: host.resourceId,
    network: target?.virtualNetworkId ?? null,
  };
  const held = rolesOver(assignments, resources, host.managementGroups);
  const mayConnect = person?.roles.some((role) => MAY_CONNECT.includes(role)) ?? false;
  // Of a target that is not there, nothing else is worth saying.
  return target === null ? { ...held, mayConnect, vmLogin: true } : { ...held, mayConnect };
}

/** Made out to their name, to their id here or at their provider, to a group of theirs or to a role of this product. */
async function assignmentsOf(database: SessionPolicyOptions['database'], { id, userName, roles, groups = [] }: Person) {
  const subjects = await database.credentials.subjectsOf(id);
  return database.roleAssignments.listFor({ users: [id, userName, ...subjects], groups, productRoles: roles });
}

function targetFacts(target: TargetRecord | null): TargetFacts {
  return {
    targetKnown: target !== null,
    targetKind: target?.kind ?? 'resource',
    port: target?.port ?? 3389,
    peered: target?.peered ?? false,
    entraJoined: target?.entraJoined ?? true,
    targetRecording: target?.recordingSetting ?? null,
  };
}
