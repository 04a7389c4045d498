/** Fields of forms: a label, a control, and the value as text or as yes and no. */
import type { ComponentChildren } from 'preact';

interface TextFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly required?: boolean;
  readonly hint?: string;
  readonly pattern?: string;
  readonly mono?: boolean;
  /** Characters; 500 without it. */
  readonly maxLength?: number;
}

export function TextField(props: TextFieldProps) {
  const { label, value, onChange, required, hint, pattern, mono, maxLength = 500 } = props;
  return (
    <label class="field">
      {label}
      <input
        type="text"
        class={mono === true ? 'mono' : ''}
        required={required === true}
        pattern={pattern}
        title={hint}
        placeholder={hint}
        autocomplete="off"
        autocapitalize="none"
        spellcheck={false}
        maxLength={maxLength}
        value={value}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
    </label>
  );
}

interface SelectFieldProps<Value extends string> {
  readonly label: string;
  readonly value: Value;
  readonly options: readonly (readonly [value: Value, text: string])[];
  readonly onChange: (value: Value) => void;
}

export function SelectField<Value extends string>({ label, value, options, onChange }: SelectFieldProps<Value>) {
  return (
    <label class="field">
      {label}
      <select
        value={value}
        onChange={(event) => {
          const chosen = options.find(([one]) => one === event.currentTarget.value);
          if (chosen !== undefined) onChange(chosen[0]);
        }}
      >
        {options.map(([one, text]) => (
          <option key={one} value={one}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

interface CheckFieldProps {
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly children: ComponentChildren;
}

export function CheckField({ checked, onChange, children }: CheckFieldProps) {
  return (
    <label class="choice">
      <input type="checkbox" checked={checked} onChange={(event) => onChange(event.currentTarget.checked)} />
      <span>{children}</span>
    </label>
  );
}

interface ChoiceFieldProps<Value extends string> {
  readonly legend: string;
  readonly value: Value;
  readonly options: readonly { readonly value: Value; readonly text: string; readonly hint: string }[];
  readonly onChange: (value: Value) => void;
}

/** One of a few, each with what it means. */
export function ChoiceField<Value extends string>({ legend, value, options, onChange }: ChoiceFieldProps<Value>) {
  return (
    <fieldset class="formats">
      <legend>{legend}</legend>
      {options.map((option) => (
        <label key={option.value} class="format">
          <input type="radio" name={legend} checked={value === option.value} onChange={() => onChange(option.value)} />
          <span>
            {option.text}
            <span class="muted hint">{option.hint}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
