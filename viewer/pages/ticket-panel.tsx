/** A ticket: the command, the .rdp file, how long it is good for, and whether the client has come. */
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { Me, OneTimeCredential, SessionCreated, SessionInfo } from '../../src/contract/api.js';
import { getJson } from '../api/client.js';
import { useResource } from '../api/use-resource.js';
import { CopyButton } from '../components/copy-button.js';
import { DisconnectButton } from '../components/disconnect-button.js';
import { Link } from '../components/link.js';
import { ProblemNotice } from '../components/notice.js';
import { formatDuration } from '../lib/format.js';

const POLL_MS = 1500;

interface TicketPanelProps {
  readonly me: Me;
  readonly created: SessionCreated;
  readonly targetName: string;
  readonly onAgain: () => void;
}

export function TicketPanel({ me, created, targetName, onAgain }: TicketPanelProps) {
  const session = useResource(
    created.sessionId,
    (signal) => getJson<SessionInfo>(`/api/v1/sessions/${created.sessionId}`, signal),
    ({ state }) => (state === 'ended' || state === 'refused' || state === 'expired' ? null : POLL_MS),
  );
  const leftMs = useCountdown(created.expiresAt);
  const state = session.value?.state ?? 'authorised';
  const waiting = state === 'authorised' && leftMs > 0;
  return (
    <>
      {session.problem !== null && <ProblemNotice problem={session.problem} onRetry={session.reload} />}
      <Progress session={session.value} leftMs={leftMs} onAgain={onAgain} />
      <section class={waiting ? 'card' : 'card card-spent'} aria-label="Ticket">
        <h2>With xfreerdp</h2>
        <div class="command">
          <code>{created.xfreerdp}</code>
          <CopyButton text={created.xfreerdp} label="Copy" />
        </div>
        <h2>With another client</h2>
        <div class="row">
          <RdpDownload text={created.rdpFile} name={`${targetName}.rdp`} />
          <p class="muted">Open the file with Remote Desktop Connection or another client that reads .rdp files.</p>
        </div>
        {created.oneTime !== null && <OneTime {...created.oneTime} />}
      </section>
      <div class="row form-end">
        <button type="button" class="button" onClick={onAgain}>
          Another ticket
        </button>
        {session.value !== null && session.value.state !== 'authorised' && (
          <DisconnectButton session={session.value} me={me} onDone={session.reload} />
        )}
      </div>
    </>
  );
}

/** What the client asks for: it proves the password to the gateway, and the target never learns of it. */
function OneTime({ userName, password }: OneTimeCredential) {
  return (
    <>
      <h2>When the client asks</h2>
      <dl class="one-time">
        <dt>User name</dt>
        <dd class="command">
          <code>{userName}</code>
          <CopyButton text={userName} label="Copy user name" />
        </dd>
        <dt>Password, for this session alone</dt>
        <dd class="command">
          <code>{password}</code>
          <CopyButton text={password} label="Copy password" />
        </dd>
      </dl>
    </>
  );
}

function Progress({ session, leftMs, onAgain }: { session: SessionInfo | null; leftMs: number; onAgain: () => void }) {
  const state = session?.state ?? 'authorised';
  if (state === 'live' || state === 'client-lost') {
    return (
      <div class="ticket-state ticket-good" role="status">
        <strong>Your client has connected.</strong>
        <span>
          {session?.recording === 'live' ? 'The session is being recorded. ' : ''}
          <Link href="/">See all sessions</Link>
        </span>
      </div>
    );
  }
  if (state === 'connecting') {
    return (
      <div class="ticket-state ticket-good" role="status">
        <strong>Your client is connecting…</strong>
      </div>
    );
  }
  if (state === 'ended' || state === 'refused') {
    return (
      <div class="ticket-state" role="status">
        <strong>{state === 'ended' ? 'The session has ended.' : 'The connection was refused.'}</strong>
        <span>{session?.endReason ?? ''}</span>
      </div>
    );
  }
  if (leftMs <= 0 || state === 'expired') {
    return (
      <div class="ticket-state ticket-bad" role="status">
        <strong>The ticket has expired.</strong>
        <button type="button" class="button" onClick={onAgain}>
          Get another one
        </button>
      </div>
    );
  }
  return (
    <div class="ticket-state">
      <strong role="timer">
        Waiting for your client: <span class="number">{formatDuration(leftMs + 999)}</span> left
      </strong>
      <span class="muted">The ticket works once.</span>
    </div>
  );
}

function useCountdown(expiresAt: string): number {
  const [nowMs, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 250);
    return () => clearInterval(timer);
  }, []);
  return Math.max(0, Date.parse(expiresAt) - nowMs);
}

function RdpDownload({ text, name }: { text: string; name: string }) {
  const url = useMemo(() => URL.createObjectURL(new Blob([text], { type: 'application/x-rdp' })), [text]);
  useEffect(() => () => URL.revokeObjectURL(url), [url]);
  return (
    <a class="button button-main" href={url} download={name.replaceAll(/[^\w.-]+/g, '_')}>
      Download .rdp file
    </a>
  );
}
