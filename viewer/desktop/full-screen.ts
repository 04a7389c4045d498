/** The whole screen for the remote one, and with it the keys that the browser keeps to itself otherwise. */
import { useEffect, useState } from 'preact/hooks';

/** Of Chromium and its kin: keys such as Escape and Alt+Tab go to the page while it has the whole screen. */
interface LockableKeyboard {
  lock(): Promise<void>;
  unlock(): void;
}

function lockableKeyboard(): LockableKeyboard | null {
  return (navigator as { readonly keyboard?: LockableKeyboard }).keyboard ?? null;
}

export interface FullScreen {
  readonly on: boolean;
  /** Resolves when it is so, or the browser refuses: everything stays as it is then. */
  readonly toggle: () => Promise<void>;
}

export function useFullScreen(): FullScreen {
  const [on, setOn] = useState(document.fullscreenElement !== null);
  useEffect(() => {
    const changed = (): void => {
      const now = document.fullscreenElement !== null;
      setOn(now);
      // Whichever way it was left.
      if (!now) lockableKeyboard()?.unlock();
    };
    document.addEventListener('fullscreenchange', changed);
    return () => {
      document.removeEventListener('fullscreenchange', changed);
      // The desktop is over, and there is a page to read and to leave.
      if (document.fullscreenElement !== null) void document.exitFullscreen().catch(() => undefined);
      lockableKeyboard()?.unlock();
    };
  }, []);
  return { on, toggle: () => toggleFullScreen().catch(() => undefined) };
}

async function toggleFullScreen(): Promise<void> {
  if (document.fullscreenElement !== null) {
    await document.exitFullscreen();
    return;
  }
  await document.documentElement.requestFullscreen();
  await lockableKeyboard()?.lock();
}
