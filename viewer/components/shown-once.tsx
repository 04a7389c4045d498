import type { ComponentChildren } from 'preact';
import { CopyButton } from './copy-button.js';

interface ShownOnceProps {
  readonly text: string;
  readonly onDone: () => void;
  /** What it is, and that it is not shown again. */
  readonly children: ComponentChildren;
}

/** A secret, to be copied now. */
export function ShownOnce({ text, onDone, children }: ShownOnceProps) {
  return (
    <div class="form" role="status">
      <p>{children}</p>
      <div class="command">
        <code>{text}</code>
        <CopyButton text={text} label="Copy" />
      </div>
      <div class="row dialog-end">
        <button type="button" class="button button-main" onClick={onDone}>
          Done
        </button>
      </div>
    </div>
  );
}
