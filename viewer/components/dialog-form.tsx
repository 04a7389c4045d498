/** The form of a dialog: what went wrong, the fields, and the buttons at its end. */
import type { ComponentChildren } from 'preact';
import type { Attempt } from '../api/use-attempt.js';
import { ProblemNotice } from './notice.js';

interface DialogFormProps {
  readonly attempt: Attempt;
  /** What the button that submits it says. */
  readonly submit: string;
  /** What it says while that goes on. */
  readonly busy?: string | undefined;
  /** What is submitted takes something away. */
  readonly danger?: boolean;
  readonly onSubmit: () => void;
  readonly onCancel: () => void;
  /** Goes with the problem: what can be done about it here. */
  readonly remedy?: ComponentChildren;
  /** Another button, at the other side. */
  readonly aside?: ComponentChildren;
  readonly children: ComponentChildren;
}

export function DialogForm(props: DialogFormProps) {
  const { attempt, submit, busy = submit, danger = false, onSubmit, onCancel, remedy, aside, children } = props;
  return (
    <form
      class="form"
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      <AttemptProblem attempt={attempt}>{remedy}</AttemptProblem>
      {children}
      <div class="row dialog-end">
        {aside}
        <button type="button" class="button" onClick={onCancel}>
          Cancel
        </button>
        <button type="submit" class={danger ? 'button button-danger' : 'button button-main'} disabled={attempt.busy}>
          {attempt.busy ? busy : submit}
        </button>
      </div>
    </form>
  );
}

interface AttemptProblemProps {
  readonly attempt: Attempt;
  /** What can be done about it here. */
  readonly children?: ComponentChildren;
}

/** What went wrong, brought into view: who pressed the button at the end of a long form sees the end of it. */
export function AttemptProblem({ attempt: { problem }, children }: AttemptProblemProps) {
  if (problem === null) return null;
  return (
    <div class="attempt-problem" ref={(element) => element?.scrollIntoView({ block: 'nearest' })}>
      <ProblemNotice problem={problem} />
      {children}
    </div>
  );
}
