/**
 * A first look at a capture, before anything is decided or written: which of its connections is a session, and what it
 * says of itself. Sign-ins can show late in a session, so all of it is read.
 */
import type { AuthenticationMethod } from '../contract/rule.js';
import { CaptureReader, type CapturePhase } from '../rdp/capture/capture-reader.js';
import type { CaptureOutput } from '../rdp/capture/capture-output.js';
import type { CapturedConnection } from './find-connections.js';
import { followConnection, type DecryptedBytes, type Followed, type FollowOptions } from './follow-connection.js';
import { ImportError } from './import-error.js';

/** Longer sessions have to be cut apart first: the recording repeats a still picture every second. */
const MAX_SESSION_MS = 7 * 24 * 60 * 60 * 1000;
/** Connections that are looked into; each costs a run of tshark over the whole file. */
const MAX_SURVEYED = 16;
/** Sessions that an error names. */
const MAX_NAMED = 20;

export interface Survey {
  readonly connection: CapturedConnection;
  readonly followed: Followed;
  readonly phase: CapturePhase;
  /** True when the desktop's size was agreed: from there on there is a picture. */
  readonly hasPicture: boolean;
  readonly endMs: number;
  /** Where Microsoft Entra ID shows; empty when it does not. */
  readonly entraSeen: readonly string[];
  readonly authenticationMethod: AuthenticationMethod;
}

/** What the server selected; its TLS goes on with that. */
export function readerOf({ negotiation }: CapturedConnection): CaptureReader {
  return new CaptureReader(negotiation.kind === 'response' ? negotiation.selectedProtocol : 0);
}

export function stepReader(reader: CaptureReader, { from, bytes }: DecryptedBytes): readonly CaptureOutput[] {
  return from === 'client' ? reader.fromClient(bytes) : reader.fromServer(bytes);
}

/** Reads one connection to its end. @throws ImportError `too-long`, and as `runTshark`. */
async function survey(options: FollowOptions, connection: CapturedConnection): Promise<Survey> {
  const reader = readerOf(connection);
  const entraSeen = new Set<string>();
  let hasPicture = false;
  let lastMs = connection.confirmedAtMs;
  const followed = await followConnection(options, connection, (decrypted) => {
    lastMs = Math.max(lastMs, decrypted.timeMs);
    for (const output of stepReader(reader, decrypted)) {
      if (output.type === 'entra-seen') entraSeen.add(output.where);
      hasPicture ||= output.type === 'activation';
    }
  });
  const endMs = Math.max(lastMs, followed.lastPacketMs);
  if (endMs - connection.confirmedAtMs > MAX_SESSION_MS) {
    throw new ImportError('too-long', 'the session in this capture is longer than seven days; cut it with editcap');
  }
  const signIn = reader.kerberos ? 'kerberos' : 'password';
  const authenticationMethod = entraSeen.size > 0 ? 'entra' : signIn;
  return {
    connection,
    followed,
    phase: reader.phase,
    hasPicture,
    endMs,
    entraSeen: [...entraSeen],
    authenticationMethod,
  };
}

/**
 * The one session among `candidates`.
 * @throws ImportError `no-secrets`, `no-session` or `several-sessions` when there is none, or more than one.
 */
export async function findSession(options: FollowOptions, candidates: readonly CapturedConnection[]): Promise<Survey> {
  if (candidates.length > MAX_SURVEYED) throw several(candidates);
  const surveys: Survey[] = [];
  for (const candidate of candidates) surveys.push(await survey(options, candidate));
  const sessions = surveys.filter(({ hasPicture }) => hasPicture);
  const [session, another] = sessions;
  if (session !== undefined && another === undefined) return session;
  if (session !== undefined) throw several(sessions.map(({ connection }) => connection));
  if (surveys.every(({ followed }) => followed.bytes === 0)) {
    throw new ImportError(
      'no-secrets',
      options.keylog === null
        ? 'this capture cannot be decrypted: it holds no TLS secrets of the session; name a key log with --keylog'
        : 'this capture cannot be decrypted: neither the key log nor the file has the TLS secrets of the session',
    );
  }
  throw new ImportError(
    'no-session',
    surveys.some(({ phase }) => phase === 'expect-connect-initial')
      ? 'there is no RDP session in this capture: the sign-in before it was not completed'
      : 'there is no RDP session in this capture: the connection ended before there was a desktop',
  );
}

function several(connections: readonly CapturedConnection[]): ImportError {
  const named = connections.slice(0, MAX_NAMED).map(({ stream, client, server, confirmedAtMs }) => {
    const peers = `${client.address}:${client.port} to ${server.address}:${server.port}`;
    return `\n  --stream ${stream}   ${new Date(confirmedAtMs).toISOString()}   ${peers}`;
  });
  const more = connections.length > MAX_NAMED ? `\n  and ${connections.length - MAX_NAMED} more` : '';
  const message = `there are ${connections.length} sessions in this capture; choose one:${named.join('')}${more}`;
  return new ImportError('several-sessions', message);
}
