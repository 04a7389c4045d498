/** Rows for tests. */
import { decisionId, sessionId, targetId, userId, uuidV7 } from '../../src/contract/ids.js';
import type { Segment, VideoFile } from '../../src/contract/manifest.js';
import type { Database } from '../../src/database/open.js';
import type { NewRecording } from '../../src/database/recordings.js';
import type { NewSession } from '../../src/database/sessions.js';
import type { NewTicket } from '../../src/database/tickets.js';
import type { UserRecord } from '../../src/database/users.js';

export const NOW_MS = Date.UTC(2026, 0, 2, 3, 4, 5);
let counter = 0;

/** A UUIDv7 that is larger than all before it. */
export function nextId(): string {
  const random = new Uint8Array(10);
  new DataView(random.buffer).setUint32(6, ++counter);
  return uuidV7(NOW_MS + counter, random);
}

export const hashOf = (digit: string): string => digit.repeat(64);

export function user(overrides: Partial<UserRecord> = {}): UserRecord {
  const id = userId(nextId());
  return {
    id,
    userName: `ada-${id}`,
    displayName: 'Ada',
    roles: ['user'],
    createdAtMs: NOW_MS,
    lastSignInAtMs: null,
    disabledAtMs: null,
    ...overrides,
  };
}

export function session(owner: UserRecord, overrides: Partial<NewSession> = {}): NewSession {
  return {
    id: sessionId(nextId()),
    userId: owner.id,
    userName: owner.userName,
    targetId: targetId('target-1'),
    targetName: 'build-07',
    targetAddress: '192.0.2.7',
    targetPort: 3389,
    connectionMethod: 'native',
    authenticationMethod: 'password',
    protocol: 'rdp',
    recordingSetting: 'required',
    recorded: true,
    decisionId: decisionId(nextId()),
    policyVersion: 1,
    gatewayId: 'gateway-1',
    createdAtMs: NOW_MS,
    ...overrides,
  };
}

export function ticket(of: NewSession, overrides: Partial<NewTicket> = {}): NewTicket {
  return {
    ticketHash: hashOf('a'),
    sessionId: of.id,
    entrance: 'native',
    createdAtMs: NOW_MS,
    expiresAtMs: NOW_MS + 60_000,
    boundClientAddress: null,
    proof: null,
    ...overrides,
  };
}

export function recording(of: NewSession, overrides: Partial<NewRecording> = {}): NewRecording {
  return {
    sessionId: of.id,
    connectionMethod: of.connectionMethod,
    authenticationMethod: of.authenticationMethod,
    protocol: of.protocol,
    recordingSetting: 'required',
    ownerGatewayId: 'gateway-1',
    leaseExpiresAtMs: NOW_MS + 30_000,
    sessionStartedAtMs: NOW_MS,
    ...overrides,
  };
}

export const VIDEO: VideoFile = {
  file: 'video-0001.mp4',
  part: 1,
  width: 1280,
  height: 720,
  codec: 'avc1.42c01f',
  initBytes: 667,
  initSha256: hashOf('1'),
  sizeBytes: 667,
};

export function segment(index: number, overrides: Partial<Segment> = {}): Segment {
  return {
    index,
    file: VIDEO.file,
    offset: VIDEO.initBytes + index * 1000,
    sizeBytes: 1000,
    startMs: index * 4000,
    durationMs: 4000,
    frames: 40,
    sha256: hashOf('2'),
    chain: hashOf('3'),
    ...overrides,
  };
}

/** Stores a person and a session of theirs. */
export async function storeSession(database: Database, overrides: Partial<NewSession> = {}): Promise<NewSession> {
  const owner = user();
  await database.users.create(owner);
  const stored = session(owner, overrides);
  await database.sessions.create(stored);
  return stored;
}
