/** The life of one desktop: the session is asked for, connected, lost and connected again, and over. */
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { Problem, SessionCreated, SessionInfo } from '../../src/contract/api.js';
import { getJson, postJson, problemOf } from '../api/client.js';
import { allowsClipboard } from './clipboard-words.js';
import { type EndText, endTextOf } from './end-reasons.js';
import type { DesktopLaunch } from './launch.js';
import { connectRemoteDesktop, type RemoteDesktop, type Size } from './remote-desktop.js';

export type DesktopState =
  | { readonly name: 'connecting'; readonly attempt: number; readonly recorded: boolean | null }
  | {
      readonly name: 'connected';
      readonly recorded: boolean;
      readonly channels: SessionCreated['channels'];
      readonly desktop: RemoteDesktop;
    }
  | { readonly name: 'refused'; readonly problem: Problem }
  /** `again`: the same session waits for this client. */
  | { readonly name: 'ended'; readonly text: EndText; readonly again: boolean };

/** A connection that is lost is tried again after these times, then only when the person asks. */
const RETRY_MS = [1_000, 3_000, 6_000];
/** One that lasted this long was well: the next loss has all its tries again. */
const WELL_MS = 10_000;
/** The gateway writes down how a session ended a moment after it did. */
const SETTLE_MS = 400;
const SETTLE_ATTEMPTS = 8;

export interface Desktop {
  readonly state: DesktopState;
  /** Something to tell the person, beside the picture. */
  readonly said: string;
  readonly remoteClipboard: boolean;
  /** Comes back to the same session. */
  readonly reconnect: () => void;
  /** Asks for another session. */
  readonly restart: () => void;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** @param screen where the picture goes @param sizeOf how large it is to be */
export function useDesktop(
  launch: DesktopLaunch,
  screen: { readonly current: HTMLDivElement | null },
  sizeOf: () => Size,
): Desktop {
  const [state, setState] = useState<DesktopState>({ name: 'connecting', attempt: 0, recorded: null });
  const [said, setSaid] = useState('');
  const [remoteClipboard, setRemoteClipboard] = useState(false);
  const session = useRef<SessionCreated | null>(null);

  const connect = useCallback(async (): Promise<RemoteDesktop> => {
    const created = session.current;
    const host = screen.current;
    if (created === null || host === null) throw new Error('there is nothing to connect');
    setSaid('');
    setRemoteClipboard(false);
    return connectRemoteDesktop({
      host,
      ticket: created.routingToken,
      destination: launch.request.authenticationMethod === 'kerberos' ? launch.targetAddress : launch.targetName,
      userName: launch.userName,
      password: launch.password,
      domain: launch.domain,
      size: sizeOf(),
      clipboard: allowsClipboard(created.channels),
      kdcProxyPath: created.kdcProxyPath ?? null,
      onWarning: setSaid,
      onRemoteClipboard: () => setRemoteClipboard(true),
    });
  }, [launch]);

  /** Connects and stays until the session is over; comes back as often as the gateway waits for it. */
  const follow = useCallback(async (): Promise<void> => {
    const created = session.current;
    if (created === null) return;
    for (let attempt = 0; ; attempt += 1) {
      setState({ name: 'connecting', attempt, recorded: created.recorded });
      let words: string;
      try {
        const desktop = await connect();
        setState({ name: 'connected', recorded: created.recorded, channels: created.channels, desktop });
        const since = performance.now();
        words = await desktop.over;
        desktop.remove();
        if (performance.now() - since >= WELL_MS) attempt = 0;
      } catch (error) {
        words = error instanceof Error ? error.message : '';
      }
      const info = await settledSession(created.sessionId);
      const delay = RETRY_MS[attempt];
      if (info?.state !== 'client-lost' || delay === undefined) {
        const again = info === null || info.state === 'client-lost';
        setState({ name: 'ended', text: endTextOf(info?.endReason ?? null, words), again });
        return;
      }
      setState({ name: 'connecting', attempt: attempt + 1, recorded: created.recorded });
      await pause(delay);
    }
  }, [connect]);

  const restart = useCallback(() => {
    const begin = async (): Promise<void> => {
      setState({ name: 'connecting', attempt: 0, recorded: null });
      try {
        session.current = await postJson<SessionCreated>('/api/v1/sessions', launch.request);
      } catch (error) {
        setState({ name: 'refused', problem: problemOf(error) });
        return;
      }
      await follow();
    };
    void begin();
  }, [launch, follow]);

  useEffect(restart, [restart]);
  return { state, said, remoteClipboard, reconnect: () => void follow(), restart };
}

/** The session once the gateway has settled it; null when the gateway does not answer. */
async function settledSession(id: string): Promise<SessionInfo | null> {
  let info: SessionInfo | null = null;
  for (let attempt = 0; attempt < SETTLE_ATTEMPTS; attempt += 1) {
    await pause(SETTLE_MS);
    info = await getJson<SessionInfo>(`/api/v1/sessions/${id}`).catch(() => null);
    if (info !== null && info.state !== 'live' && info.state !== 'connecting' && info.state !== 'authorised') break;
  }
  return info;
}
