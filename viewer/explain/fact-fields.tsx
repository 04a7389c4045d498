/** The facts of one group, each with the control of its kind. */
import { useId } from 'preact/hooks';
import { CheckField, SelectField } from '../components/fields.js';
import { type Fact, type FactGroup, isValueOf, MAX_PORT } from './facts.js';

interface FactFieldsProps {
  readonly group: FactGroup;
  /** What holds, as text, by the name of the fact. */
  readonly valueOf: (name: string) => string;
  readonly onChange: (name: string, value: string) => void;
}

export function FactFields({ group: { title, facts }, valueOf, onChange }: FactFieldsProps) {
  const id = useId();
  const flags = facts.filter(({ kind }) => kind === 'flag');
  const values = facts.filter(({ kind }) => kind !== 'flag');
  return (
    <div class="card form" role="group" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {values.length > 0 && (
        <div class="fields">
          {values.map((fact) => (
            <ValueField
              key={fact.name}
              fact={fact}
              value={valueOf(fact.name)}
              onChange={(text) => onChange(fact.name, text)}
            />
          ))}
        </div>
      )}
      <div class="choices">
        {flags.map(({ name, label }) => (
          <CheckField key={name} checked={valueOf(name) === 'true'} onChange={(on) => onChange(name, String(on))}>
            {label}
          </CheckField>
        ))}
      </div>
    </div>
  );
}

interface ValueFieldProps {
  readonly fact: Fact;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

function ValueField({ fact, value, onChange }: ValueFieldProps) {
  switch (fact.kind) {
    case 'flag':
      return null;
    case 'choice':
      return <SelectField label={fact.label} value={value} options={fact.options} onChange={onChange} />;
    case 'port':
      return (
        <label class="field">
          {fact.label}
          <input
            type="number"
            min={1}
            max={MAX_PORT}
            value={value}
            onInput={({ currentTarget }) => {
              if (isValueOf(fact, currentTarget.value)) onChange(currentTarget.value);
            }}
          />
        </label>
      );
  }
}
