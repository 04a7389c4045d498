/** Replay of one recording; a live one is followed. */
import { useCallback, useRef, useState } from 'preact/hooks';
import type { Me, RecordingInfo } from '../../src/contract/api.js';
import { getJson } from '../api/client.js';
import { useResource } from '../api/use-resource.js';
import { RecordingBadge, SessionBadge } from '../components/badge.js';
import { DisconnectButton } from '../components/disconnect-button.js';
import { EmptyNotice, ProblemNotice } from '../components/notice.js';
import { Page } from '../components/page.js';
import { formatTime } from '../lib/format.js';
import { Controls } from '../replay/controls.js';
import { EventList } from '../replay/event-list.js';
import { Help } from '../replay/help.js';
import { Legend } from '../replay/legend.js';
import { SeekBar } from '../replay/seek-bar.js';
import { useShortcuts } from '../replay/shortcuts.js';
import { useEvents } from '../replay/use-events.js';
import { usePlayer } from '../replay/use-player.js';

const LIVE_REFRESH_MS = 2000;

const isLive = ({ session }: RecordingInfo): boolean =>
  session.recording === 'live' || session.recording === 'finishing';

interface ReplayPageProps {
  readonly sessionId: string;
  readonly startMs: number | null;
  readonly me: Me;
}

export function ReplayPage({ sessionId, startMs, me }: ReplayPageProps) {
  const path = `/api/v1/recordings/${sessionId}`;
  const info = useResource<RecordingInfo>(
    path,
    (signal) => getJson(path, signal),
    (value) => (isLive(value) ? LIVE_REFRESH_MS : null),
  );
  if (info.value?.session.recording === 'withheld')
    return <Withheld info={info.value} me={me} onChanged={info.reload} />;
  if (info.value !== null) return <Replay info={info.value} startMs={startMs} me={me} onChanged={info.reload} />;
  return (
    <Page wide title="Replay">
      {info.problem === null ? (
        <div class="stage stage-empty" role="status" aria-label="Loading the recording" />
      ) : (
        <ProblemNotice problem={info.problem} onRetry={info.reload} />
      )}
    </Page>
  );
}

/** [invariant 1] The rule forbids the recording afterwards: there is one, and nobody is shown it. */
function Withheld({ info, me, onChanged }: Omit<ReplayProps, 'startMs'>) {
  return (
    <Page
      wide
      title={`${info.session.userName} on ${info.session.targetName}`}
      lead={`${formatTime(info.session.startedAt ?? info.session.createdAt)}, ${info.session.targetAddress}`}
      aside={<Facts info={info} me={me} onChanged={onChanged} />}
    >
      <EmptyNotice title="This recording is withheld">
        <p>
          Microsoft Entra ID showed in this portal session while it was being recorded. Such a session is not recorded,
          so what was stored until then is shown to nobody. The audit log says when and where it showed.
        </p>
      </EmptyNotice>
    </Page>
  );
}

interface ReplayProps {
  readonly info: RecordingInfo;
  readonly startMs: number | null;
  readonly me: Me;
  readonly onChanged: () => void;
}

function Replay({ info, startMs, me, onChanged }: ReplayProps) {
  const [video, setVideo] = useState<HTMLVideoElement | null>(null);
  const [help, setHelp] = useState(false);
  const stage = useRef<HTMLDivElement>(null);
  const live = isLive(info);
  const playback = usePlayer(video, info, startMs);
  const events = useEvents(info.session.id, live);
  const showHelp = useCallback(() => setHelp(true), []);
  const fullscreen = useCallback(() => {
    const change = document.fullscreenElement === null ? stage.current?.requestFullscreen() : document.exitFullscreen();
    // Refused without a user gesture, and then nothing changes.
    change?.catch(() => undefined);
  }, []);
  useShortcuts({ playback, durationMs: info.durationMs, onHelp: showHelp, onFullscreen: fullscreen });
  return (
    <Page
      wide
      title={`${info.session.userName} on ${info.session.targetName}`}
      lead={`${formatTime(info.session.startedAt ?? info.session.createdAt)}, ${info.session.targetAddress}`}
      aside={<Facts info={info} me={me} onChanged={onChanged} />}
    >
      {playback.problem !== null && <ProblemNotice problem={playback.problem} onRetry={playback.actions.retry} />}
      <div class="replay">
        <div class="replay-main">
          <div ref={stage} class="stage">
            <Picture
              info={info}
              live={live}
              videoRef={setVideo}
              waiting={playback.waiting}
              onClick={playback.actions.toggle}
            />
          </div>
          <SeekBar info={info} events={events.events} sessionMs={playback.sessionMs} onSeek={playback.actions.seek} />
          <Controls
            playback={playback}
            durationMs={info.durationMs}
            live={live}
            onFullscreen={fullscreen}
            onHelp={showHelp}
          />
          <Legend info={info} events={events.events.length} />
        </div>
        <EventList events={events} sessionMs={playback.sessionMs} onSeek={playback.actions.seek} />
      </div>
      <Help open={help} onClose={() => setHelp(false)} />
    </Page>
  );
}

function Facts({ info, me, onChanged }: { info: RecordingInfo; me: Me; onChanged: () => void }) {
  const { session, encoder } = info;
  return (
    <div class="row facts">
      <SessionBadge state={session.state} />
      <RecordingBadge state={session.recording} />
      {encoder !== null && <span class="muted encoder">{encoder}</span>}
      <DisconnectButton session={session} me={me} onDone={onChanged} />
      {session.recording === 'finished' && (
        <a class="button" href={`/api/v1/recordings/${session.id}/manifest`} download>
          Manifest
        </a>
      )}
    </div>
  );
}

interface PictureProps {
  readonly info: RecordingInfo;
  readonly live: boolean;
  readonly waiting: boolean;
  readonly videoRef: (video: HTMLVideoElement | null) => void;
  readonly onClick: () => void;
}

function Picture({ info, live, waiting, videoRef, onClick }: PictureProps) {
  if (info.timeline.length === 0) {
    return (
      <div class="stage-empty">
        <EmptyNotice title={live ? 'Waiting for the first picture…' : 'There is no video'}>
          {live ? 'The recorder has not stored one yet.' : 'The session ended before a picture was stored.'}
        </EmptyNotice>
      </div>
    );
  }
  return (
    <>
      <video
        ref={videoRef}
        muted
        playsInline
        preload="auto"
        aria-label="Picture of the session"
        style={{ aspectRatio: `${info.width ?? 16} / ${info.height ?? 9}` }}
        onClick={onClick}
      />
      <div class={waiting ? 'spinner' : 'spinner spinner-off'} role="status" aria-label={waiting ? 'Loading' : ''} />
    </>
  );
}
