/** The list of sessions, newest first; it keeps itself up to date while something is going on. */
import type { Me, RecordingState, SessionInfo, SessionList } from '../../src/contract/api.js';
import { getJson } from '../api/client.js';
import { useResource } from '../api/use-resource.js';
import { RecordingBadge, SessionBadge } from '../components/badge.js';
import { DisconnectButton } from '../components/disconnect-button.js';
import { Link } from '../components/link.js';
import { Loaded } from '../components/loaded.js';
import { EmptyNotice } from '../components/notice.js';
import { Page } from '../components/page.js';
import { type Column, RecordTable } from '../components/record-table.js';
import { formatBytes, formatDuration, formatTime } from '../lib/format.js';

const PAGE_SIZE = 25;
const REFRESH_MS = 3000;
const RESTING_REFRESH_MS = 30_000;

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
      <Loaded from={list} what="sessions" rows={8}>
        {(value) => <Sessions list={value} before={before} me={me} onChanged={list.reload} />}
      </Loaded>
    </Page>
  );
}

interface SessionsProps {
  readonly list: SessionList;
  readonly before: string | null;
  readonly me: Me;
  readonly onChanged: () => void;
}

const COLUMNS: readonly Column<SessionInfo>[] = [
  {
    name: 'State',
    cell: ({ state }) => <SessionBadge state={state} />,
    hint: ({ endReason }) => endReason ?? undefined,
  },
  { name: 'Recording', cell: ({ recording }) => <RecordingBadge state={recording} /> },
  { name: 'User', cell: ({ userName }) => userName },
  {
    name: 'Target',
    cell: ({ targetName, targetAddress }) => (
      <>
        {targetName} <span class="muted address">{targetAddress}</span>
      </>
    ),
  },
  {
    name: 'Start',
    class: 'number',
    cell: (session) => formatTime(startOf(session)),
    hint: (session) => `${startOf(session)} UTC`,
  },
  {
    name: 'Duration',
    class: 'number',
    cell: ({ durationMs }) => (durationMs === null ? '–' : formatDuration(durationMs)),
  },
  {
    name: 'Gaps',
    class: 'number',
    cell: ({ gapCount }) => <span class={gapCount > 0 ? 'has-gaps' : ''}>{gapCount}</span>,
  },
  {
    name: 'Video',
    class: 'number',
    cell: ({ videoBytes }) => (videoBytes === 0 ? '–' : formatBytes(videoBytes)),
  },
];

function startOf({ startedAt, createdAt }: SessionInfo): string {
  return startedAt ?? createdAt;
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
      <RecordTable
        label="Sessions"
        items={list.sessions}
        keyOf={({ id }) => id}
        columns={COLUMNS}
        actions={(session) => <Actions session={session} me={me} onChanged={onChanged} />}
      />
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

function Actions({ session, me, onChanged }: { session: SessionInfo; me: Me; onChanged: () => void }) {
  const watcher = me.roles.some((role) => role !== 'user');
  return (
    <>
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
    </>
  );
}
