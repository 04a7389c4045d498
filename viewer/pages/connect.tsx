/** Choose a target, see whether the session will be recorded, get what a client needs. */
import { useState } from 'preact/hooks';
import type { Me, Problem, SessionCreated, SessionRequest, TargetInfo } from '../../src/contract/api.js';
import { getJson, postJson, problemOf } from '../api/client.js';
import { useResource } from '../api/use-resource.js';
import { SettingBadge } from '../components/badge.js';
import { EmptyNotice, ProblemNotice } from '../components/notice.js';
import { Page } from '../components/page.js';
import { TicketPanel } from './ticket-panel.js';

const RECORDING_SENTENCES = {
  required: 'The session is recorded, and ends when it cannot be.',
  preferred: 'The session is recorded; it goes on, with a gap in the recording, when it cannot be.',
  off: 'The session is not recorded.',
} as const;

interface Ticket {
  readonly target: TargetInfo;
  readonly created: SessionCreated;
}

export function ConnectPage({ me }: { me: Me }) {
  const targets = useResource('targets', (signal) =>
    getJson<{ targets: readonly TargetInfo[] }>('/api/v1/targets', signal),
  );
  const [ticket, setTicket] = useState<Ticket | null>(null);
  if (ticket !== null) {
    return (
      <Page title={`Connect to ${ticket.target.name}`} lead={RECORDING_SENTENCES[ticket.target.recording]}>
        <TicketPanel me={me} created={ticket.created} targetName={ticket.target.name} onAgain={() => setTicket(null)} />
      </Page>
    );
  }
  return (
    <Page title="Connect" lead="Choose a target. You get a ticket for your RDP client that works once.">
      {targets.problem !== null && <ProblemNotice problem={targets.problem} onRetry={targets.reload} />}
      {targets.value === null && targets.problem === null && (
        <div role="status" aria-label="Loading targets">
          <div class="skeleton-row" />
          <div class="skeleton-row" />
          <div class="skeleton-row" />
        </div>
      )}
      {targets.value !== null && <TargetForm targets={targets.value.targets} onTicket={setTicket} />}
    </Page>
  );
}

function TargetForm({ targets, onTicket }: { targets: readonly TargetInfo[]; onTicket: (ticket: Ticket) => void }) {
  const [chosen, setChosen] = useState<TargetInfo | null>(targets.length === 1 ? (targets[0] ?? null) : null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  if (targets.length === 0) {
    return (
      <EmptyNotice title="There are no targets">
        An administrator adds targets to the inventory; they show here then.
      </EmptyNotice>
    );
  }
  const create = async (target: TargetInfo): Promise<void> => {
    setBusy(true);
    setProblem(null);
    const request: SessionRequest = {
      targetId: target.id,
      connectionMethod: 'native',
      authenticationMethod: 'password',
    };
    try {
      const created = await postJson<SessionCreated>('/api/v1/sessions', request);
      if (created !== null) onTicket({ target, created });
    } catch (error) {
      setProblem(problemOf(error));
    } finally {
      setBusy(false);
    }
  };
  const submit = (event: Event): void => {
    event.preventDefault();
    if (chosen !== null) void create(chosen);
  };
  return (
    <form onSubmit={submit}>
      {problem !== null && <ProblemNotice problem={problem} />}
      <fieldset class="targets">
        <legend class="hidden">Target</legend>
        {targets.map((target) => (
          <TargetChoice key={target.id} target={target} chosen={chosen?.id === target.id} onChoose={setChosen} />
        ))}
      </fieldset>
      <div class="row form-end">
        <button type="submit" class="button button-main" disabled={chosen === null || busy}>
          {busy ? 'Asking…' : 'Get a ticket'}
        </button>
        <p class="muted">{chosen === null ? 'Choose a target first.' : RECORDING_SENTENCES[chosen.recording]}</p>
      </div>
    </form>
  );
}

interface TargetChoiceProps {
  readonly target: TargetInfo;
  readonly chosen: boolean;
  readonly onChoose: (target: TargetInfo) => void;
}

function TargetChoice({ target, chosen, onChoose }: TargetChoiceProps) {
  return (
    <label class="target">
      <input type="radio" name="target" checked={chosen} onChange={() => onChoose(target)} />
      <span class="target-name">{target.name}</span>
      <span class="muted address">
        {target.address}:{target.port}
      </span>
      <SettingBadge setting={target.recording} />
    </label>
  );
}
