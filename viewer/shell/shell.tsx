/** The frame around all pages: where one can go, and who is signed in. */
import type { ComponentChildren } from 'preact';
import type { Me } from '../../src/contract/api.js';
import { postJson } from '../api/client.js';
import { Link } from '../components/link.js';
import type { Route } from '../router.js';
import { pagesOf } from './pages.js';

interface ShellProps {
  readonly route: Route;
  /** Null when nobody is signed in. */
  readonly me: Me | null;
  readonly children: ComponentChildren;
}

export function Shell({ route, me, children }: ShellProps) {
  return (
    <>
      <a class="skip-link" href="#main">
        Skip to content
      </a>
      <header class="shell">
        <Link href="/" class="brand" label="Witness, to the sessions">
          <img src="/favicon.svg" alt="" width="26" height="26" />
          <span>Witness</span>
        </Link>
        <nav aria-label="Pages">
          {pagesOf(me?.roles ?? []).map(({ page, href, text }) => (
            <Link key={page} href={href} current={route.page === page}>
              {text}
            </Link>
          ))}
        </nav>
        {me !== null && <Account me={me} current={route.page === 'account'} />}
      </header>
      {children}
    </>
  );
}

function Account({ me, current }: { me: Me; current: boolean }) {
  const signOut = async (): Promise<void> => {
    await postJson('/api/v1/sign-out', {});
    location.assign('/sign-in');
  };
  return (
    <div class="account">
      <Link href="/account" current={current} class="account-name" label={`Your account, ${me.displayName}`}>
        {me.displayName}
      </Link>
      <button type="button" class="button button-quiet" onClick={() => void signOut()}>
        Sign out
      </button>
    </div>
  );
}
