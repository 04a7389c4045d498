import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';

interface PageProps {
  readonly title: string;
  readonly lead?: ComponentChildren;
  readonly aside?: ComponentChildren;
  readonly wide?: boolean;
  readonly children: ComponentChildren;
}

/** Heading and content of a page; the heading is the document's title too. */
export function Page({ title, lead, aside, wide, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · Witness`;
  }, [title]);
  return (
    <main id="main" tabIndex={-1} class={wide === true ? 'page page-wide' : 'page'}>
      <header class="page-head">
        <div>
          <h1>{title}</h1>
          {lead !== undefined && <p class="muted">{lead}</p>}
        </div>
        {aside}
      </header>
      {children}
    </main>
  );
}
