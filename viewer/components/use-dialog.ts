/** Which dialog of a page is open: at most one, closed by `close`, whatever closed it. */
import { useState } from 'preact/hooks';

export interface OpenDialog<What> {
  /** What it is about; null when none is open. */
  readonly open: What | null;
  readonly show: (what: What) => void;
  readonly close: () => void;
}

/** @param onClose usually loads the list again: the dialog may have changed it. */
export function useDialog<What>(onClose: () => void): OpenDialog<What> {
  const [open, setOpen] = useState<What | null>(null);
  const close = (): void => {
    setOpen(null);
    onClose();
  };
  return { open, show: (what) => setOpen(() => what), close };
}
