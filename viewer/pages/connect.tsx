/** The portal: the machines that one may reach, what policy says of each, and the ways to connect. */
import { useState } from 'preact/hooks';
import type { Me, SessionCreated } from '../../src/contract/api.js';
import type { PortalInfo, PortalTarget } from '../../src/contract/portal.js';
import { getJson } from '../api/client.js';
import { useResource } from '../api/use-resource.js';
import { Badge } from '../components/badge.js';
import { EmptyNotice, ProblemNotice } from '../components/notice.js';
import { Page } from '../components/page.js';
import { AddressForm, AddressRow } from './address-choice.js';
import { bestChoice, wordsOf } from './choice-words.js';
import { NativeForm } from './native-form.js';
import { PortalForm } from './portal-form.js';
import { TicketPanel } from './ticket-panel.js';

interface Ticket {
  readonly target: PortalTarget;
  readonly created: SessionCreated;
}

export function ConnectPage({ me }: { me: Me }) {
  const portal = useResource('portal', (signal) => getJson<PortalInfo>('/api/v1/portal', signal));
  const [ticket, setTicket] = useState<Ticket | null>(null);
  if (ticket !== null) {
    const { created, target } = ticket;
    const lead = created.recorded ? 'The session is recorded.' : 'The session is not recorded.';
    return (
      <Page title={`Connect to ${target.name}`} lead={lead}>
        <TicketPanel me={me} created={created} targetName={target.name} onAgain={() => setTicket(null)} />
      </Page>
    );
  }
  return (
    <Page title="Connect" lead="Choose a machine, and whether you connect in this browser or with an RDP client.">
      {portal.problem !== null && <ProblemNotice problem={portal.problem} onRetry={portal.reload} />}
      {portal.value === null && portal.problem === null && (
        <div role="status" aria-label="Loading machines">
          <div class="skeleton-row" />
          <div class="skeleton-row" />
          <div class="skeleton-row" />
        </div>
      )}
      {portal.value !== null && <Machines portal={portal.value} onTicket={setTicket} />}
    </Page>
  );
}

function Machines({ portal, onTicket }: { portal: PortalInfo; onTicket: (ticket: Ticket) => void }) {
  const { targets, notice } = portal;
  const [chosen, setChosen] = useState<PortalTarget | null>(targets.length === 1 ? (targets[0] ?? null) : null);
  const [typing, setTyping] = useState(false);
  const [entrance, setEntrance] = useState<'portal' | 'native'>('portal');
  const choose = (target: PortalTarget | null, typed: boolean): void => {
    setTyping(typed);
    setChosen(target);
  };
  return (
    <>
      {targets.length === 0 && (
        <EmptyNotice title="There are no machines that you may reach">
          An administrator adds targets to the inventory and gives roles on them; they show here then.
        </EmptyNotice>
      )}
      <fieldset class="targets">
        <legend class="hidden">Machine</legend>
        {targets.map((target) => (
          <TargetChoice
            key={target.id}
            target={target}
            chosen={!typing && chosen?.id === target.id}
            onChoose={() => choose(target, false)}
          />
        ))}
        <AddressRow chosen={typing} onChoose={() => choose(null, true)} />
      </fieldset>
      {typing && <AddressForm onFound={setChosen} />}
      {chosen === null ? (
        !typing && <p class="muted form-end">Choose a machine first.</p>
      ) : (
        <section class="card connect-card" aria-label={`Connect to ${chosen.name}`}>
          {typing && <h2>{chosen.name}</h2>}
          <EntranceChoice entrance={entrance} onChoose={setEntrance} />
          {entrance === 'portal' ? (
            <PortalForm key={chosen.id} target={chosen} notice={notice} typed={typing} />
          ) : (
            <NativeForm
              key={chosen.id}
              target={chosen}
              typed={typing}
              onCreated={(created) => onTicket({ target: chosen, created })}
            />
          )}
        </section>
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
  readonly target: PortalTarget;
  readonly chosen: boolean;
  readonly onChoose: () => void;
}

function TargetChoice({ target, chosen, onChoose }: TargetChoiceProps) {
  const best = bestChoice(target);
  return (
    <label class="target">
      <input type="radio" name="target" checked={chosen} onChange={onChoose} />
      <span class="target-name">{target.name}</span>
      <span class="muted address">
        {target.address}:{target.port}
        {target.kind === 'ip' ? ' (IP address)' : ''}
      </span>
      {best !== null && <Badge {...wordsOf(best)} />}
    </label>
  );
}
