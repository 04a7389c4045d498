/** Choose a target, see whether the session will be recorded, get what a client needs. */
import { useState } from 'preact/hooks';
import type { Me, SessionCreated, TargetInfo } from '../../src/contract/api.js';
import { getJson } from '../api/client.js';
import { useResource } from '../api/use-resource.js';
import { SettingBadge } from '../components/badge.js';
import { EmptyNotice, ProblemNotice } from '../components/notice.js';
import { Page } from '../components/page.js';
import { NativeForm } from './native-form.js';
import { PortalForm } from './portal-form.js';
import { RECORDING_SENTENCES } from './recording-sentences.js';
import { TicketPanel } from './ticket-panel.js';

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
    <Page title="Connect" lead="Choose a target, and whether you connect in this browser or with an RDP client.">
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
  const [entrance, setEntrance] = useState<'portal' | 'native'>('portal');
  if (targets.length === 0) {
    return (
      <EmptyNotice title="There are no targets">
        An administrator adds targets to the inventory; they show here then.
      </EmptyNotice>
    );
  }
  return (
    <>
      <fieldset class="targets">
        <legend class="hidden">Target</legend>
        {targets.map((target) => (
          <TargetChoice key={target.id} target={target} chosen={chosen?.id === target.id} onChoose={setChosen} />
        ))}
      </fieldset>
      {chosen === null ? (
        <p class="muted form-end">Choose a target first.</p>
      ) : (
        <>
          <EntranceChoice entrance={entrance} onChoose={setEntrance} />
          {entrance === 'portal' ? (
            <PortalForm key={chosen.id} target={chosen} />
          ) : (
            <NativeForm
              key={chosen.id}
              target={chosen}
              onCreated={(created) => onTicket({ target: chosen, created })}
            />
          )}
        </>
      )}
    </>
  );
}

interface EntranceChoiceProps {
  readonly entrance: 'portal' | 'native';
  readonly onChoose: (entrance: 'portal' | 'native') => void;
}

function EntranceChoice({ entrance, onChoose }: EntranceChoiceProps) {
  return (
    <fieldset class="entrances">
      <legend class="hidden">Connect with</legend>
      <label>
        <input type="radio" name="entrance" checked={entrance === 'portal'} onChange={() => onChoose('portal')} />
        This browser
      </label>
      <label>
        <input type="radio" name="entrance" checked={entrance === 'native'} onChange={() => onChoose('native')} />
        An RDP client
      </label>
    </fieldset>
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
