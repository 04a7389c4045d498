/** A desktop in a tab of its own: a bar, and below it the screen of the machine. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { ProblemNotice } from '../components/notice.js';
import { EndCard } from './end-card.js';
import { type DesktopLaunch, receiveLaunch } from './launch.js';
import type { RemoteDesktop, Size } from './remote-desktop.js';
import { Tools } from './tools.js';
import { useDesktop } from './use-desktop.js';

/** Windows that are dragged to a size change it many times. */
const RESIZE_PAUSE_MS = 400;
/** xrdp takes a second for another size, and ends the session when it is to take the next one meanwhile. */
const RESIZES_APART_MS = 2_500;
/** Smaller screens are shown scaled down. */
const LEAST: Size = { width: 640, height: 480 };

export function DesktopPage() {
  const [launch, setLaunch] = useState<DesktopLaunch | null | undefined>(undefined);
  useEffect(() => {
    void receiveLaunch().then(setLaunch);
  }, []);
  if (launch === undefined) return null;
  return launch === null ? <Forgotten /> : <Running launch={launch} />;
}

function Forgotten() {
  return (
    <main class="desktop">
      <div class="desktop-end">
        <div class="card desktop-card">
          <h1>This tab does not know what to connect to</h1>
          <p>A desktop is opened from the portal. What you typed there was kept in memory only, and is gone.</p>
          <p>
            <a class="button button-main" href="/connect">
              Open the portal
            </a>
          </p>
        </div>
      </div>
    </main>
  );
}

function Running({ launch }: { launch: DesktopLaunch }) {
  const screen = useRef<HTMLDivElement>(null);
  const sizeOf = (): Size => screenSize(screen.current);
  const { state, said, remoteClipboard, reconnect, restart } = useDesktop(launch, screen, sizeOf);
  const connected = state.name === 'connected' ? state : null;
  const desktop = connected?.desktop ?? null;
  useResize(desktop, sizeOf);
  useEffect(() => {
    document.title = `${launch.targetName} · Witness`;
  }, [launch]);
  const over = state.name === 'ended' || state.name === 'refused';
  return (
    <main class="desktop">
      <header class="desktop-bar">
        {over ? <span class="muted">{launch.targetName}</span> : <h1>{launch.targetName}</h1>}
        {!over && state.recorded !== null && <RecordMark recorded={state.recorded} />}
        {connected !== null && <Tools {...connected} remoteClipboard={remoteClipboard} />}
      </header>
      {desktop !== null && said !== '' && (
        <p class="desktop-said" role="status">
          {said}
        </p>
      )}
      {state.name === 'ended' && <EndCard {...state} onReconnect={reconnect} onRestart={restart} />}
      {state.name === 'refused' && (
        <div class="desktop-end">
          <div class="desktop-card">
            <h1>{launch.targetName} was not connected</h1>
            <ProblemNotice problem={state.problem} onRetry={restart} />
            <div class="row">
              <a class="button" href="/connect">
                Back to the portal
              </a>
            </div>
          </div>
        </div>
      )}
      <div class="desktop-screen" ref={screen} hidden={over}>
        {state.name === 'connecting' && (
          <div class="desktop-wait" role="status">
            <p>
              {state.attempt === 0
                ? `Connecting to ${launch.targetName}…`
                : 'The connection was lost. Connecting again…'}
            </p>
          </div>
        )}
      </div>
    </main>
  );
}

function RecordMark({ recorded }: { recorded: boolean }) {
  if (!recorded) return <span class="badge badge-plain">Not recorded</span>;
  return <span class="badge badge-bad record-mark">This session is recorded</span>;
}

/** What the window has for the screen; even numbers, as [MS-RDPEDISP] 2.2.2.2.1 wants. */
function screenSize(screen: HTMLDivElement | null): Size {
  const { width, height } = screen?.getBoundingClientRect() ?? LEAST;
  const even = (pixels: number): number => Math.floor(pixels / 2) * 2;
  return { width: even(Math.max(width, LEAST.width)), height: even(Math.max(height, LEAST.height)) };
}

/** The remote screen follows the window. */
function useResize(desktop: RemoteDesktop | null, sizeOf: () => Size): void {
  useEffect(() => {
    if (desktop === null) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let resizedMs = Number.NEGATIVE_INFINITY;
    const resize = (): void => {
      resizedMs = performance.now();
      desktop.resize(sizeOf());
    };
    const changed = (): void => {
      clearTimeout(timer);
      timer = setTimeout(resize, Math.max(RESIZE_PAUSE_MS, resizedMs + RESIZES_APART_MS - performance.now()));
    };
    window.addEventListener('resize', changed);
    return () => {
      clearTimeout(timer);
      window.removeEventListener('resize', changed);
    };
  }, [desktop]);
}
