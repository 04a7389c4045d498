/** How the host is set: for administrators and operators to change, for auditors to see. */
import { useState } from 'preact/hooks';
import type { Me } from '../../src/contract/api.js';
import type { HostInfo } from '../../src/contract/inventory.js';
import { getJson, sendJson } from '../api/client.js';
import { useAttempt } from '../api/use-attempt.js';
import { useResource } from '../api/use-resource.js';
import { AttemptProblem } from '../components/dialog-form.js';
import { EndSessions } from '../components/end-sessions.js';
import { Loaded } from '../components/loaded.js';
import { Page } from '../components/page.js';
import { changesOf, draftOf, type HostDraft } from '../host/host-draft.js';
import { PlaceCard, RecordingCard, RoutesCard, SwitchesCard } from '../host/host-form.js';
import { HostLimitsSection } from '../host/host-limits.js';

export function HostPage({ me }: { me: Me }) {
  const host = useResource<HostInfo>('host', (signal) => getJson('/api/v1/host', signal));
  const editor = me.roles.some((role) => role === 'administrator' || role === 'operator');
  return (
    <Page
      title="Host"
      lead={`What holds for all sessions. ${editor ? 'Every change is in the audit log.' : 'Operators and administrators change it.'}`}
    >
      <Loaded from={host} what="the host" rows={20}>
        {(value) => <HostForm host={value} editor={editor} />}
      </Loaded>
      <HostLimitsSection />
    </Page>
  );
}

function HostForm({ host, editor }: { host: HostInfo; editor: boolean }) {
  const { policyVersion, ...configuration } = host;
  const [saved, setSaved] = useState({ policyVersion, configuration, again: false });
  const [draft, setDraft] = useState<HostDraft>(() => draftOf(configuration));
  const attempt = useAttempt();
  const changes = changesOf(saved.configuration, draft);
  const count = Object.keys(changes).length;
  const change = (changed: Partial<HostDraft>): void => setDraft((old) => ({ ...old, ...changed }));
  const save = (endSessions: boolean): void =>
    attempt.run(async () => {
      const request = { ...changes, ...(endSessions && { endSessions }) };
      const answer = await sendJson<HostInfo>('PUT', '/api/v1/host', request);
      if (answer === null) return;
      const { policyVersion: version, ...made } = answer;
      setSaved({ policyVersion: version, configuration: made, again: true });
      setDraft(draftOf(made));
    });
  return (
    <form
      class="cards"
      aria-label="How the host is set"
      onSubmit={(event) => {
        event.preventDefault();
        save(false);
      }}
    >
      <fieldset class="cards" disabled={!editor}>
        <legend class="hidden">Settings of the host</legend>
        <RecordingCard draft={draft} onChange={change} />
        <SwitchesCard draft={draft} onChange={change} />
        <RoutesCard draft={draft} onChange={change} />
        <PlaceCard draft={draft} onChange={change} />
      </fieldset>
      <AttemptProblem attempt={attempt}>
        <EndSessions attempt={attempt} change="turn recording on" onEnd={() => save(true)} />
      </AttemptProblem>
      {editor && (
        <div class="row save-bar">
          <button type="submit" class="button button-main" disabled={attempt.busy || count === 0}>
            Save
          </button>
          <button
            type="button"
            class="button"
            disabled={attempt.busy || count === 0}
            onClick={() => setDraft(draftOf(saved.configuration))}
          >
            Undo
          </button>
          <p class="muted" role="status">
            {stateOf(count, saved)}
          </p>
        </div>
      )}
    </form>
  );
}

function stateOf(changes: number, { again, policyVersion }: { again: boolean; policyVersion: number }): string {
  if (changes > 0) return `${changes === 1 ? 'One setting is' : `${changes} settings are`} not saved.`;
  return again ? `Saved. Policy version ${policyVersion}.` : `Policy version ${policyVersion}.`;
}
