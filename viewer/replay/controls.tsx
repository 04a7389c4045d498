import { CopyButton } from '../components/copy-button.js';
import { Icon } from '../components/icons.js';
import { formatPosition } from '../lib/format.js';
import { RATES, type Playback } from './use-player.js';

interface ControlsProps {
  readonly playback: Playback;
  readonly durationMs: number;
  readonly live: boolean;
  readonly onFullscreen: () => void;
  readonly onHelp: () => void;
}

export function Controls({ playback, durationMs, live, onFullscreen, onHelp }: ControlsProps) {
  const { actions, playing, sessionMs, pictureMs } = playback;
  return (
    <div class="controls">
      <div class="controls-group">
        <button type="button" class="button icon" aria-label="Back 10 seconds" onClick={() => actions.seekBy(-10_000)}>
          <Icon name="back" />
        </button>
        <button
          type="button"
          class="button icon button-main"
          aria-label={playing ? 'Pause' : 'Play'}
          onClick={actions.toggle}
        >
          <Icon name={playing ? 'pause' : 'play'} />
        </button>
        <button
          type="button"
          class="button icon"
          aria-label="Forward 10 seconds"
          onClick={() => actions.seekBy(10_000)}
        >
          <Icon name="forward" />
        </button>
      </div>
      <div class="clock">
        <span class="number" data-testid="position">
          {formatPosition(sessionMs)}
        </span>
        <span class="muted number"> / {formatPosition(durationMs)}</span>
        <span class="muted number picture-time" title="Session time at which the picture that is shown was drawn">
          picture of {pictureMs === null ? '–:––:––.–––' : formatPosition(pictureMs)}
        </span>
      </div>
      <Options playback={playback} live={live} />
      <div class="controls-group">
        <CopyButton
          label="Copy link"
          text={() => `${location.origin}${location.pathname}?t=${(sessionMs / 1000).toFixed(1)}`}
        />
        <button type="button" class="button icon" aria-label="Full screen" onClick={onFullscreen}>
          <Icon name="fullscreen" />
        </button>
        <button type="button" class="button icon" aria-label="Keyboard shortcuts" onClick={onHelp}>
          ?
        </button>
      </div>
    </div>
  );
}

function Options({ playback, live }: { playback: Playback; live: boolean }) {
  const { actions, rate, skipIdle, following } = playback;
  return (
    <div class="controls-group">
      <label class="speed">
        <span class="hidden">Speed</span>
        <select value={String(rate)} onChange={(event) => actions.setRate(Number(event.currentTarget.value))}>
          {RATES.map((one) => (
            <option key={one} value={String(one)}>
              {one}×
            </option>
          ))}
        </select>
      </label>
      <button
        type="button"
        class="button toggle"
        aria-pressed={skipIdle}
        onClick={() => actions.setSkipIdle(!skipIdle)}
      >
        Skip idle
      </button>
      {live && (
        <button type="button" class="button toggle toggle-live" aria-pressed={following} onClick={actions.follow}>
          Live
        </button>
      )}
    </div>
  );
}
