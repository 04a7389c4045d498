/** The list of sessions, newest first; it keeps itself up to date while something is going on. */
import type { Me, RecordingState, SessionInfo, SessionList } from '../../src/contract/api.js';
import { getJson } from '../api/client.js';
import { useResource } from '../api/use-resource.js';
import { RecordingBadge, SessionBadge } from '../components/badge.js';
import { DisconnectButton } from '../components/disconnect-button.js';
import { Link } from '../components/link.js';
import { EmptyNotice, ProblemNotice } from '../components/notice.js';
import { Page } from '../components/page.js';
import { formatBytes, formatDuration, formatTime } from '../lib/format.js';

const PAGE_SIZE = 25;
const REFRESH_MS = 3000;
const RESTING_REFRESH_MS = 30_000;

const COLUMNS = ['State', 'Recording', 'User', 'Target', 'Start', 'Duration', 'Gaps', 'Video', ''] as const;

const LINK_WORDS: { readonly [State in RecordingState]?: string } = { live: 'Watch', withheld: 'Details' };

function isGoingOn({ state, recording }: SessionInfo): boolean {
  const running = state === 'authorised' || state === 'connecting' || state === 'live' || state === 'client-lost';
  return running || recording === 'live' || recording === 'finishing';
}

export function SessionsPage({ before, me }: { before: string | null; me: Me }) {
  const query = new URLSearchParams({ limit: String(PAGE_SIZE), ...(before === null ? {} : { before }) });
  const path = `/api/v1/sessions?${query.toString()}`;
  const list = useResource<SessionList>(
    path,
    (signal) => getJson(path, signal),
    ({ sessions }) => (sessions.some(isGoingOn) ? REFRESH_MS : RESTING_REFRESH_MS),
  );
  const live = list.value?.sessions.some(isGoingOn) ?? false;
  return (
    <Page
      wide
      title="Sessions"
      lead={before === null ? 'Newest first.' : 'Older sessions.'}
      aside={
        <span class="refresh muted" role="status">
          {live ? 'Updates by itself' : ''}
        </span>
      }
    >
      {list.problem !== null && <ProblemNotice problem={list.problem} onRetry={list.reload} />}
      {list.value === null && list.problem === null && <Skeleton />}
      {list.value !== null && <Sessions list={list.value} before={before} me={me} onChanged={list.reload} />}
    </Page>
  );
}

interface SessionsProps {
  readonly list: SessionList;
  readonly before: string | null;
  readonly me: Me;
  readonly onChanged: () => void;
}

function Sessions({ list, before, me, onChanged }: SessionsProps) {
  if (list.sessions.length === 0) {
    return (
      <EmptyNotice title="There are no sessions here">
        {before === null ? (
          <Link href="/connect">Connect to a target to begin one</Link>
        ) : (
          <Link href="/">To the newest sessions</Link>
        )}
      </EmptyNotice>
    );
  }
  return (
    <>
      <table class="sessions">
        <thead>
          <tr>
            {COLUMNS.map((name) => (
              <th key={name} scope="col">
                {name === '' ? <span class="hidden">Actions</span> : name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {list.sessions.map((session) => (
            <Row key={session.id} session={session} me={me} onChanged={onChanged} />
          ))}
        </tbody>
      </table>
      <nav class="pager" aria-label="Pages of sessions">
        {before === null ? <span /> : <Link href="/">Newest</Link>}
        {list.next === null ? (
          <span class="muted">No older sessions</span>
        ) : (
          <Link href={`/?before=${encodeURIComponent(list.next)}`}>Older</Link>
        )}
      </nav>
    </>
  );
}

function Row({ session, me, onChanged }: { session: SessionInfo; me: Me; onChanged: () => void }) {
  const watcher = me.roles.some((role) => role !== 'user');
  const start = session.startedAt ?? session.createdAt;
  return (
    <tr>
      <td data-label="State" title={session.endReason ?? undefined}>
        <SessionBadge state={session.state} />
      </td>
      <td data-label="Recording">
        <RecordingBadge state={session.recording} />
      </td>
      <td data-label="User">{session.userName}</td>
      <td data-label="Target">
        {session.targetName} <span class="muted address">{session.targetAddress}</span>
      </td>
      <td data-label="Start" class="number" title={`${start} UTC`}>
        {formatTime(start)}
      </td>
      <td data-label="Duration" class="number">
        {session.durationMs === null ? '–' : formatDuration(session.durationMs)}
      </td>
      <td data-label="Gaps" class={session.gapCount > 0 ? 'number has-gaps' : 'number'}>
        {session.gapCount}
      </td>
      <td data-label="Video" class="number">
        {session.videoBytes === 0 ? '–' : formatBytes(session.videoBytes)}
      </td>
      <td class="action">
        <DisconnectButton session={session} me={me} onDone={onChanged} />
        {watcher && session.recording !== 'none' && (
          <Link
            href={`/recordings/${session.id}`}
            class="button"
            label={`Replay the session of ${session.userName} on ${session.targetName}`}
          >
            {LINK_WORDS[session.recording] ?? 'Replay'}
          </Link>
        )}
      </td>
    </tr>
  );
}

/** Rows of the height of those to come. */
function Skeleton() {
  return (
    <div role="status" aria-label="Loading sessions">
      {Array.from({ length: 8 }, (_, index) => (
        <div key={index} class="skeleton-row" />
      ))}
    </div>
  );
}
