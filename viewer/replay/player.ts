/** Plays one recording in a video element with hls.js. Times are player time in milliseconds. */
import type Hls from 'hls.js/light';
import type { ErrorData, HlsConfig } from 'hls.js/light';
import type { Problem } from '../../src/contract/api.js';
import { problemOf, resolveUrl } from '../api/client.js';

export interface PlayerState {
  readonly positionMs: number;
  /** Start of the picture that is shown; null before the first one. */
  readonly pictureMs: number | null;
  readonly playing: boolean;
  /** Playing or seeking, and the picture is not there yet. */
  readonly waiting: boolean;
  readonly rate: number;
  readonly problem: Problem | null;
}

export const INITIAL_STATE: PlayerState = {
  positionMs: 0,
  pictureMs: null,
  playing: false,
  waiting: true,
  rate: 1,
  problem: null,
};

/** Seeks land this far into a picture: rounding to microseconds must not show the one before. */
const SEEK_INTO_PICTURE_MS = 0.5;
const TICK_MS = 66;
const LIVE_DISTANCE_MS = 4000;

/** Gives up after about seven seconds of errors, so that the reason shows; the person can try again. */
const RETRY = { maxNumRetry: 3, retryDelayMs: 1000, maxRetryDelayMs: 4000 };

const CONFIG: Partial<HlsConfig> = {
  fragLoadPolicy: {
    default: { maxTimeToFirstByteMs: 10_000, maxLoadTimeMs: 120_000, timeoutRetry: RETRY, errorRetry: RETRY },
  },
  // Its worker would be a script from a blob: address; passing fMP4 through needs none.
  enableWorker: false,
  maxBufferLength: 30,
  backBufferLength: 60,
  // Playlists have whole segments, no parts. At the end the player waits for the next one, which sets its distance.
  lowLatencyMode: false,
  liveSyncDuration: LIVE_DISTANCE_MS / 1000,
  // Otherwise hls.js sets the speed back while somebody reviews a live recording from its beginning.
  maxLiveSyncPlaybackRate: 1,
};

export class Player {
  readonly #video: HTMLVideoElement;
  readonly #listener: (state: PlayerState) => void;
  readonly #stop = new AbortController();
  #state = INITIAL_STATE;
  #hls: Hls | null = null;
  #playlistUrl = '';
  #startMs = 0;
  #recoveries = 0;

  constructor(video: HTMLVideoElement, listener: (state: PlayerState) => void) {
    this.#video = video;
    this.#listener = listener;
    const { signal } = this.#stop;
    for (const name of ['play', 'pause', 'seeking', 'seeked', 'waiting', 'playing', 'ratechange', 'timeupdate']) {
      video.addEventListener(name, () => this.#update({}), { signal });
    }
    const timer = setInterval(() => {
      if (!video.paused) this.#update({});
    }, TICK_MS);
    signal.addEventListener('abort', () => clearInterval(timer));
    this.#watchPictures();
  }

  /** Asks the gateway for the playlist, which writes the viewing to the audit log, and loads it. */
  async open(playlistUrl: string, startMs: number): Promise<void> {
    this.#playlistUrl = playlistUrl;
    this.#startMs = startMs;
    this.#update({ problem: null });
    this.#hls?.destroy();
    this.#hls = null;
    try {
      const { default: Library } = await import('hls.js/light');
      if (!Library.isSupported()) return this.#update({ problem: UNSUPPORTED });
      const url = await resolveUrl(playlistUrl, this.#stop.signal);
      if (this.#stop.signal.aborted) return;
      const hls = new Library({ ...CONFIG, startPosition: startMs / 1000 });
      hls.on(Library.Events.ERROR, (_event, data) => this.#onError(data));
      hls.loadSource(url);
      hls.attachMedia(this.#video);
      this.#hls = hls;
    } catch (error) {
      if (!this.#stop.signal.aborted) this.#update({ problem: problemOf(error) });
    }
  }

  /** Begins another viewing at the same place. */
  retry(): void {
    // Before the first picture the element does not know yet where it was to start.
    void this.open(this.#playlistUrl, this.#state.pictureMs === null ? this.#startMs : this.positionMs);
  }

  seek(playerMs: number): void {
    const target = Math.max(0, playerMs);
    this.#video.currentTime = (target + SEEK_INTO_PICTURE_MS) / 1000;
    this.#update({ positionMs: target });
  }

  play(): void {
    // Rejected when a pause follows at once, which is no error.
    this.#video.play().catch(() => undefined);
  }

  /** Seeks to where it stopped: after a plain pause the picture may lag behind the clock. */
  pause(): void {
    this.#video.pause();
    this.seek(this.positionMs);
  }

  get positionMs(): number {
    return Math.max(0, this.#video.currentTime * 1000 - SEEK_INTO_PICTURE_MS);
  }

  get playing(): boolean {
    return !this.#video.paused;
  }

  get rate(): number {
    return this.#video.playbackRate;
  }

  setRate(rate: number): void {
    this.#video.defaultPlaybackRate = rate;
    this.#video.playbackRate = rate;
  }

  /**
   * Where following a live recording should be; null when it is not live. The library's own live position keeps a whole
   * target duration away from the end, which is more than the caution that stored segments need.
   */
  get liveEdgeMs(): number | null {
    const details = this.#hls?.levels.at(0)?.details;
    return details?.live === true ? Math.max(0, details.edge * 1000 - LIVE_DISTANCE_MS) : null;
  }

  destroy(): void {
    this.#stop.abort();
    this.#hls?.destroy();
  }

  #update(change: Partial<PlayerState>): void {
    if (this.#stop.signal.aborted) return;
    const video = this.#video;
    this.#state = {
      ...this.#state,
      positionMs: this.positionMs,
      playing: this.playing,
      waiting: video.seeking || video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA,
      rate: this.rate,
      ...change,
    };
    this.#listener(this.#state);
  }

  #watchPictures(): void {
    this.#video.requestVideoFrameCallback((_now, { mediaTime }) => {
      this.#update({ pictureMs: Math.round(mediaTime * 1000) });
      if (!this.#stop.signal.aborted) this.#watchPictures();
    });
  }

  #onError(data: ErrorData): void {
    if (!data.fatal) return;
    if ((data.type as string) === 'mediaError' && this.#recoveries++ === 0) {
      this.#hls?.recoverMediaError();
      return;
    }
    this.#hls?.stopLoad();
    this.#update({ problem: playProblem(data) });
  }
}

const UNSUPPORTED: Problem = {
  type: 'about:blank',
  title: 'This browser cannot play recordings',
  status: 0,
  detail: 'It has no Media Source Extensions.',
  remedy: 'Use a current version of Chrome, Edge, Firefox or Safari.',
};

function playProblem({ response, details }: ErrorData): Problem {
  const status = response?.code ?? 0;
  if (status === 403) {
    return {
      type: 'about:blank',
      title: 'This viewing has expired',
      status,
      detail: 'A viewing lasts twelve hours.',
      remedy: 'Begin another one; it is written to the audit log like this one.',
    };
  }
  return {
    type: 'about:blank',
    title: 'The video cannot be played on',
    status,
    detail: status === 0 ? `The player says: ${details}.` : `The gateway answered ${status} (${details}).`,
    remedy: 'Try again. If it goes on, the storage may be away or the recording damaged: ask an administrator.',
  };
}
