interface AddButtonsProps {
  /** What the button that adds one says. */
  readonly add: string;
  readonly onAdd: () => void;
  readonly onImport: () => void;
}

/** At the head of a list whose items are typed, or imported from files. */
export function AddButtons({ add, onAdd, onImport }: AddButtonsProps) {
  return (
    <div class="row">
      <button type="button" class="button" onClick={onImport}>
        Import
      </button>
      <button type="button" class="button button-main" onClick={onAdd}>
        {add}
      </button>
    </div>
  );
}
