/** The player of the replay page in session time: seeking, following the live end, skipping what is idle. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { RecordingInfo } from '../../src/contract/api.js';
import { toPlayerMs, toSessionMs } from '../../src/contract/time-line.js';
import { INITIAL_STATE, Player, type PlayerState } from './player.js';
import { idleJump } from './skip-idle.js';

export const RATES = [0.5, 1, 1.5, 2, 4, 8] as const;

const SKIP_IDLE_KEY = 'witness-skip-idle';
/** Farther behind the live position than this, following jumps to it; one long segment alone must not cause a jump. */
const MAX_BEHIND_MS = 12_000;

export interface PlayerActions {
  /** Session time. */
  readonly seek: (sessionMs: number) => void;
  readonly seekBy: (ms: number) => void;
  readonly toggle: () => void;
  /** One step up or down in `RATES`. */
  readonly stepRate: (step: 1 | -1) => void;
  readonly setRate: (rate: number) => void;
  readonly setSkipIdle: (on: boolean) => void;
  readonly follow: () => void;
  readonly retry: () => void;
}

export interface Playback extends Omit<PlayerState, 'positionMs' | 'pictureMs'> {
  /** Session time, as all times here. */
  readonly sessionMs: number;
  readonly pictureMs: number | null;
  readonly skipIdle: boolean;
  readonly following: boolean;
  readonly actions: PlayerActions;
}

export function usePlayer(video: HTMLVideoElement | null, info: RecordingInfo, startMs: number | null): Playback {
  const live = info.session.recording === 'live' || info.session.recording === 'finishing';
  const [state, setState] = useState<PlayerState>(INITIAL_STATE);
  const [skipIdle, setSkipIdle] = useState(() => localStorage.getItem(SKIP_IDLE_KEY) === 'on');
  const [following, setFollowing] = useState(live && startMs === null);
  const player = useRef<Player | null>(null);
  const latest = useRef(info);
  latest.current = info;
  const stored = info.timeline.length > 0;

  useEffect(() => {
    if (video === null || !stored) return undefined;
    const { timeline, durationMs, playlistUrl } = latest.current;
    const opened = new Player(video, setState);
    player.current = opened;
    const first = startMs ?? (live ? durationMs - MAX_BEHIND_MS / 2 : 0);
    void opened.open(playlistUrl, toPlayerMs(timeline, first));
    if (live) opened.play();
    return () => opened.destroy();
  }, [video, stored, info.session.id]);

  const actions = useMemo(() => createActions(() => player.current, latest, setFollowing, setSkipIdle), []);
  const sessionMs = toSessionMs(info.timeline, state.positionMs);

  useEffect(() => {
    if (!skipIdle || !state.playing || following) return;
    const target = idleJump(info.idle, sessionMs);
    if (target !== null) player.current?.seek(toPlayerMs(info.timeline, target));
  }, [skipIdle, state.playing, following, sessionMs]);

  useEffect(() => {
    const edgeMs = player.current?.liveEdgeMs ?? null;
    if (!live || !following || edgeMs === null || state.waiting) return;
    if (edgeMs - state.positionMs > MAX_BEHIND_MS) player.current?.seek(edgeMs);
  }, [live, following, state]);

  return {
    ...state,
    sessionMs,
    pictureMs: state.pictureMs === null ? null : toSessionMs(info.timeline, state.pictureMs),
    skipIdle,
    following: live && following,
    actions,
  };
}

function createActions(
  player: () => Player | null,
  latest: { readonly current: RecordingInfo },
  setFollowing: (on: boolean) => void,
  setSkipIdle: (on: boolean) => void,
): PlayerActions {
  const seek = (sessionMs: number): void => {
    setFollowing(false);
    const { timeline, durationMs } = latest.current;
    player()?.seek(toPlayerMs(timeline, Math.min(Math.max(sessionMs, 0), durationMs)));
  };
  return {
    seek,
    // In player time, so that a step over a hole is a step for the eye.
    seekBy: (ms) => {
      const positionMs = player()?.positionMs ?? 0;
      seek(toSessionMs(latest.current.timeline, Math.max(0, positionMs + ms)));
    },
    toggle: () => (player()?.playing === true ? player()?.pause() : player()?.play()),
    stepRate: (step) => {
      const at = RATES.findIndex((rate) => rate >= (player()?.rate ?? 1));
      const rate = RATES[Math.min(Math.max(at + step, 0), RATES.length - 1)];
      if (rate !== undefined) player()?.setRate(rate);
    },
    setRate: (rate) => player()?.setRate(rate),
    setSkipIdle: (on) => {
      localStorage.setItem(SKIP_IDLE_KEY, on ? 'on' : 'off');
      setSkipIdle(on);
    },
    follow: () => {
      setFollowing(true);
      player()?.setRate(1);
      player()?.play();
    },
    retry: () => player()?.retry(),
  };
}
