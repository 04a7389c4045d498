/** Who is connected where, kept up to date; whoever looks after sessions ends them here. */
import type { Me } from '../../src/contract/api.js';
import type { LiveSessionInfo, LiveSessionList } from '../../src/contract/live-sessions.js';
import { getJson } from '../api/client.js';
import { useResource } from '../api/use-resource.js';
import { RecordingBadge, SessionBadge } from '../components/badge.js';
import { DisconnectDialog, mayDisconnect } from '../components/disconnect-button.js';
import { Link } from '../components/link.js';
import { Loaded } from '../components/loaded.js';
import { EmptyNotice } from '../components/notice.js';
import { Page } from '../components/page.js';
import { type Column, RecordTable } from '../components/record-table.js';
import { useDialog } from '../components/use-dialog.js';
import { formatMinutes, formatTime, plural } from '../lib/format.js';
import { AUTHENTICATION_NAMES, METHOD_NAMES } from '../lib/rule-words.js';

const REFRESH_MS = 3000;

const COLUMNS: readonly Column<LiveSessionInfo>[] = [
  { name: 'User', cell: (session) => <Who session={session} /> },
  { name: 'Target', cell: (session) => <Target session={session} />, hint: (one) => one.targetResourceId ?? undefined },
  {
    name: 'Resource group',
    cell: ({ targetResourceGroup, resourceType }) =>
      targetResourceGroup ?? (resourceType === 'IP' ? 'An address' : '–'),
    hint: ({ targetSubscriptionId }) =>
      targetSubscriptionId === null ? undefined : `Subscription ${targetSubscriptionId}`,
  },
  { name: 'Came by', cell: (session) => <Way session={session} /> },
  {
    name: 'Start',
    class: 'number',
    cell: ({ startTime }) => formatTime(startTime),
    hint: ({ startTime }) => startTime,
  },
  { name: 'Duration', class: 'number', cell: ({ sessionDurationInMins }) => formatMinutes(sessionDurationInMins) },
  { name: 'State', cell: ({ state }) => <SessionBadge state={state} /> },
  { name: 'Recording', cell: ({ recording }) => <RecordingBadge state={recording} /> },
];

export function LivePage({ me }: { me: Me }) {
  const list = useResource<LiveSessionList>(
    'live',
    (signal) => getJson('/api/v1/sessions/live', signal),
    () => REFRESH_MS,
  );
  const { open, show, close } = useDialog<LiveSessionInfo>(list.reload);
  const count = list.value?.sessions.length ?? null;
  return (
    <Page
      wide
      title="Live sessions"
      lead="Who is connected now, the oldest session first. It updates by itself."
      aside={
        <span class="refresh muted" role="status">
          {count === null ? '' : plural(count, 'live session')}
        </span>
      }
    >
      <Loaded from={list} what="live sessions">
        {({ sessions }) => (
          <RecordTable
            label="Live sessions"
            items={sessions}
            keyOf={({ sessionId }) => sessionId}
            columns={COLUMNS}
            actions={(session) => <Actions session={session} me={me} onDisconnect={() => show(session)} />}
            empty={
              <EmptyNotice title="Nobody is connected">
                Sessions that are over are in the <Link href="/">list of sessions</Link>.
              </EmptyNotice>
            }
          />
        )}
      </Loaded>
      {open !== null && (
        <DisconnectDialog
          session={{ id: open.sessionId, userName: open.userName, targetName: open.targetHostName }}
          onClose={close}
        />
      )}
    </Page>
  );
}

function Who({ session: { userName, clientAddress } }: { session: LiveSessionInfo }) {
  return (
    <>
      <strong>{userName}</strong> <span class="muted address">{clientAddress}</span>
    </>
  );
}

function Target({ session: { targetHostName, targetIpAddress } }: { session: LiveSessionInfo }) {
  return (
    <>
      {targetHostName} <span class="muted address">{targetIpAddress}</span>
    </>
  );
}

function Way({ session: { protocol, connectionMethod, authenticationMethod } }: { session: LiveSessionInfo }) {
  return (
    <>
      {METHOD_NAMES[connectionMethod]}
      <span class="muted way-detail">
        {AUTHENTICATION_NAMES[authenticationMethod]}, {protocol.toUpperCase()}
      </span>
    </>
  );
}

interface ActionsProps {
  readonly session: LiveSessionInfo;
  readonly me: Me;
  readonly onDisconnect: () => void;
}

function Actions({ session: { sessionId, userName, targetHostName, recording }, me, onDisconnect }: ActionsProps) {
  const watcher = me.roles.some((role) => role !== 'user');
  return (
    <>
      {mayDisconnect(me, { userName }) && (
        <button
          type="button"
          class="button"
          aria-label={`Disconnect the session of ${userName} on ${targetHostName}`}
          onClick={onDisconnect}
        >
          Disconnect
        </button>
      )}
      {watcher && recording === 'live' && (
        <Link
          href={`/recordings/${sessionId}`}
          class="button"
          label={`Watch the session of ${userName} on ${targetHostName}`}
        >
          Watch
        </Link>
      )}
    </>
  );
}
