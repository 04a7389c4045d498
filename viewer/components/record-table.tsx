/** A table of what the gateway has: one row an item, on narrow windows one card an item. */
import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

export interface Column<Item> {
  readonly name: string;
  readonly cell: (item: Item) => ComponentChildren;
  /** Class of its cells. */
  readonly class?: string;
  /** What a cell says when the mouse rests on it. */
  readonly hint?: (item: Item) => string | undefined;
}

interface RecordTableProps<Item> {
  /** What is in it, for who cannot see it. */
  readonly label: string;
  readonly items: readonly Item[];
  readonly keyOf: (item: Item) => string;
  readonly columns: readonly Column<Item>[];
  /** The buttons of a row. */
  readonly actions?: (item: Item) => ComponentChildren;
  /** What is there in place of a table without rows. */
  readonly empty?: ComponentChildren;
}

export function RecordTable<Item>({ label, items, keyOf, columns, actions, empty }: RecordTableProps<Item>) {
  const table = useKeptFocus(items);
  if (items.length === 0) return <>{empty}</>;
  return (
    <table ref={table} class="records" aria-label={label} tabIndex={-1}>
      <thead>
        <tr>
          {columns.map(({ name }) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
          {actions !== undefined && (
            <th scope="col">
              <span class="hidden">Actions</span>
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {items.map((item) => (
          <tr key={keyOf(item)}>
            {columns.map(({ name, cell, class: className, hint }) => (
              <td key={name} data-label={name} class={className} title={hint?.(item)}>
                {cell(item)}
              </td>
            ))}
            {actions !== undefined && <td class="action">{actions(item)}</td>}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** When the row that has the focus goes, the table gets it: the keyboard goes on from there, not from the top of the page. */
function useKeptFocus(items: unknown) {
  const table = useRef<HTMLTableElement>(null);
  // Asked while the rows of before are still there.
  const focused = document.activeElement;
  const within = table.current?.contains(focused) === true;
  useLayoutEffect(() => {
    if (within && focused?.isConnected === false) table.current?.focus();
  }, [items]);
  return table;
}
