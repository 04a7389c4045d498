/** Why somebody may connect or not, and whether that is recorded: facts in, the decision of policy out. */
import { useEffect, useState } from 'preact/hooks';
import type { Me } from '../../src/contract/api.js';
import type { Explanation } from '../../src/contract/explanation.js';
import type { TargetDetails } from '../../src/contract/inventory.js';
import { getJson } from '../api/client.js';
import { useResource } from '../api/use-resource.js';
import { SelectField } from '../components/fields.js';
import { Loaded } from '../components/loaded.js';
import { Page } from '../components/page.js';
import { DecisionCard } from '../explain/decision-card.js';
import { FactFields } from '../explain/fact-fields.js';
import { FACT_GROUPS, parseFacts, textOf, type TypedFacts } from '../explain/facts.js';
import { replaceQuery } from '../router.js';

export function ExplainPage({ me }: { me: Me }) {
  const [typed, setTyped] = useState<TypedFacts>(() => parseFacts(location.search));
  const query = new URLSearchParams(typed).toString();
  // One key for all questions: the answer of before stays until the next one is there.
  const answer = useResource<Explanation>('explain', (signal) => getJson(`/api/v1/policy/explain?${query}`, signal));
  const [asked, setAsked] = useState(query);
  useEffect(() => {
    if (asked === query) return;
    setAsked(query);
    replaceQuery(query);
    answer.reload();
  }, [query]);
  return (
    <Page
      wide
      title="Why?"
      lead="What policy says of a session: change what is known of it. The address of this page holds what you changed."
    >
      <Loaded from={answer} what="the decision" rows={10}>
        {(explanation) => (
          <div class="explain">
            <div class="cards">
              {me.roles.some((role) => role !== 'auditor') && (
                <TargetChoice onChoose={(facts) => setTyped((old) => ({ ...old, ...facts }))} />
              )}
              {FACT_GROUPS.map((group) => (
                <FactFields
                  key={group.title}
                  group={group}
                  valueOf={(name) => typed[name] ?? textOf(explanation.facts[name])}
                  onChange={(name, value) => setTyped((old) => ({ ...old, [name]: value }))}
                />
              ))}
            </div>
            <DecisionCard explanation={explanation} typed={Object.keys(typed).length} onReset={() => setTyped({})} />
          </div>
        )}
      </Loaded>
    </Page>
  );
}

/** Takes the facts of a target of the inventory. */
function TargetChoice({ onChoose }: { onChoose: (facts: TypedFacts) => void }) {
  const list = useResource('inventory', (signal) =>
    getJson<{ targets: readonly TargetDetails[] }>('/api/v1/targets', signal),
  );
  const [id, setId] = useState('');
  const targets = list.value?.targets ?? [];
  return (
    <div class="card">
      <SelectField
        label="Take the facts of a target"
        value={id}
        options={[
          ['', targets.length === 0 ? 'There are no targets' : 'Choose one'],
          ...targets.map(({ id: one, name }) => [one, name] as const),
        ]}
        onChange={(chosen) => {
          setId(chosen);
          const target = targets.find(({ id: one }) => one === chosen);
          if (target !== undefined) onChoose(factsOf(target));
        }}
      />
    </div>
  );
}

function factsOf({ kind, port, peered, entraJoined, recordingSetting }: TargetDetails): TypedFacts {
  return {
    targetKnown: 'true',
    targetKind: kind,
    port: String(port),
    peered: String(peered),
    entraJoined: String(entraJoined),
    targetRecording: textOf(recordingSetting),
  };
}
