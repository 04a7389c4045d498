/** Asks once more before something that cannot be taken back, does it, and says what went wrong. */
import type { ComponentChildren } from 'preact';
import { useAttempt } from '../api/use-attempt.js';
import { DialogForm } from './dialog-form.js';
import { Modal } from './modal.js';

interface ConfirmDialogProps {
  readonly title: string;
  /** What the button says. */
  readonly action: string;
  /** What it says while that goes on. */
  readonly doing?: string;
  readonly work: () => Promise<unknown>;
  readonly onClose: () => void;
  /** What will be. */
  readonly children: ComponentChildren;
}

export function ConfirmDialog({ title, action, doing, work, onClose, children }: ConfirmDialogProps) {
  const attempt = useAttempt();
  const confirm = (): void =>
    attempt.run(async () => {
      await work();
      onClose();
    });
  return (
    <Modal title={title} onClose={onClose}>
      <DialogForm attempt={attempt} danger submit={action} busy={doing} onSubmit={confirm} onCancel={onClose}>
        <p>{children}</p>
      </DialogForm>
    </Modal>
  );
}
