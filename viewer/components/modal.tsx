import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

interface ModalProps {
  readonly title: string;
  /** Called however it was closed, by a button or by the Escape key. */
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

/** A dialog that is open while it is shown; the focus goes back to where it was when it closes. */
export function Modal({ title, onClose, children }: ModalProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    const before = document.activeElement;
    element?.showModal();
    return () => {
      element?.close();
      // What it was may be gone: a list goes on changing below an open dialog.
      const back = before?.isConnected === true ? before : document.querySelector('#main');
      if (back instanceof HTMLElement) back.focus();
    };
  }, []);
  return (
    <dialog ref={dialog} class="dialog dialog-form" aria-label={title} onCancel={onClose}>
      <h2>{title}</h2>
      {children}
    </dialog>
  );
}
