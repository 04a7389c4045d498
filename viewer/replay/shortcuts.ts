/** Keyboard control of the replay page. */
import { useEffect } from 'preact/hooks';
import type { Playback } from './use-player.js';

export interface ShortcutContext {
  readonly playback: Playback;
  readonly durationMs: number;
  readonly onHelp: () => void;
  readonly onFullscreen: () => void;
}

interface Shortcut {
  readonly keys: readonly string[];
  readonly shown: string;
  readonly does: string;
  readonly run: (context: ShortcutContext) => void;
}

const step =
  (ms: number) =>
  ({ playback }: ShortcutContext) =>
    playback.actions.seekBy(ms);

export const SHORTCUTS: readonly Shortcut[] = [
  { keys: [' ', 'k'], shown: 'Space, K', does: 'Play or pause', run: ({ playback }) => playback.actions.toggle() },
  { keys: ['ArrowLeft'], shown: '←', does: 'Back 5 seconds', run: step(-5000) },
  { keys: ['ArrowRight'], shown: '→', does: 'Forward 5 seconds', run: step(5000) },
  { keys: ['j'], shown: 'J', does: 'Back 10 seconds', run: step(-10_000) },
  { keys: ['l'], shown: 'L', does: 'Forward 10 seconds', run: step(10_000) },
  { keys: [','], shown: ',', does: 'Back a tenth of a second', run: step(-100) },
  { keys: ['.'], shown: '.', does: 'Forward a tenth of a second', run: step(100) },
  { keys: ['ArrowUp'], shown: '↑', does: 'Faster', run: ({ playback }) => playback.actions.stepRate(1) },
  { keys: ['ArrowDown'], shown: '↓', does: 'Slower', run: ({ playback }) => playback.actions.stepRate(-1) },
  { keys: ['Home'], shown: 'Home', does: 'To the beginning', run: ({ playback }) => playback.actions.seek(0) },
  {
    keys: ['End'],
    shown: 'End',
    does: 'To the end',
    run: ({ playback, durationMs }) => playback.actions.seek(durationMs - 1),
  },
  {
    keys: ['s'],
    shown: 'S',
    does: 'Skip what is idle, or not',
    run: ({ playback }) => playback.actions.setSkipIdle(!playback.skipIdle),
  },
  { keys: ['f'], shown: 'F', does: 'Full screen', run: ({ onFullscreen }) => onFullscreen() },
  { keys: ['?'], shown: '?', does: 'Show this help', run: ({ onHelp }) => onHelp() },
];

export function useShortcuts(context: ShortcutContext): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTaken(event)) return;
      const shortcut = SHORTCUTS.find(({ keys }) =>
        keys.includes(event.key.length === 1 ? event.key.toLowerCase() : event.key),
      );
      if (shortcut === undefined) return;
      event.preventDefault();
      shortcut.run(context);
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  });
}

/** Text fields and lists take all keys, buttons and links the space bar, an open dialog everything. */
function isTaken({ target, key }: KeyboardEvent): boolean {
  if (document.querySelector('dialog[open]') !== null) return true;
  if (!(target instanceof Element)) return false;
  if (target.closest('input, select, textarea') !== null) return true;
  return key === ' ' && target.closest('button, a') !== null;
}
