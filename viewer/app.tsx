/** The frame around all pages: who is signed in, and where one can go. */
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import type { Me } from '../src/contract/api.js';
import { getJson, postJson } from './api/client.js';
import { useResource } from './api/use-resource.js';
import { Link } from './components/link.js';
import { EmptyNotice, ProblemNotice } from './components/notice.js';
import { Page } from './components/page.js';
import { keepLink, takeLink } from './links/kept-link.js';
import { AccountPage } from './pages/account.js';
import { AuditPage } from './pages/audit.js';
import { ConnectPage } from './pages/connect.js';
import { LinkPage } from './pages/link.js';
import { LinksPage } from './pages/links.js';
import { ReplayPage } from './pages/replay.js';
import { RolesPage } from './pages/roles.js';
import { SessionsPage } from './pages/sessions.js';
import { SignInPage } from './pages/sign-in.js';
import { TargetsPage } from './pages/targets.js';
import { UsersPage } from './pages/users.js';
import { navigate, useRoute, type Route } from './router.js';

export function App() {
  const route = useRoute();
  if (route.page === 'sign-in') return <SignInPage problem={route.problem} />;
  return <SignedIn route={route} />;
}

function SignedIn({ route }: { route: Route }) {
  const me = useResource<Me>('me', (signal) => getJson('/api/v1/me', signal));
  const signedIn = me.value !== null;
  const signedOut = me.problem?.type === 'urn:witness:problem:not-signed-in';
  useEffect(() => {
    if (signedOut && route.page === 'link') keepLink(route.secret);
    const kept = signedIn ? takeLink() : null;
    if (kept !== null) navigate(`/link#${kept}`, 'replace');
  }, [signedIn, signedOut, route]);
  if (me.value !== null) {
    return (
      <Shell route={route} me={me.value}>
        <PageOf route={route} me={me.value} />
      </Shell>
    );
  }
  return (
    <Shell route={route} me={null}>
      <Page title="Witness">
        {me.problem === null ? (
          <p class="muted" role="status">
            Loading…
          </p>
        ) : (
          <ProblemNotice problem={me.problem} onRetry={me.reload} />
        )}
      </Page>
    </Shell>
  );
}

function PageOf({ route, me }: { route: Route; me: Me }) {
  switch (route.page) {
    case 'sessions':
      return <SessionsPage before={route.before} me={me} />;
    case 'connect':
      return <ConnectPage me={me} />;
    case 'links':
      return <LinksPage />;
    case 'link':
      return <LinkPage key={route.secret} secret={route.secret} />;
    case 'replay':
      return <ReplayPage key={route.sessionId} sessionId={route.sessionId} startMs={route.startMs} me={me} />;
    case 'audit':
      return <AuditPage />;
    case 'targets':
      return <TargetsPage me={me} />;
    case 'roles':
      return <RolesPage me={me} />;
    case 'users':
      return <UsersPage />;
    case 'account':
      return <AccountPage me={me} />;
    case 'sign-in':
      return <SignInPage problem={route.problem} />;
    case 'unknown':
      return (
        <Page title="There is no such page">
          <EmptyNotice title="This address leads nowhere">
            <Link href="/">See the list of sessions</Link>
          </EmptyNotice>
        </Page>
      );
  }
}

function Shell({ route, me, children }: { route: Route; me: Me | null; children: ComponentChildren }) {
  const reviewer = me?.roles.some((role) => role === 'administrator' || role === 'auditor') ?? false;
  const connects = me?.roles.some((role) => role !== 'auditor') ?? false;
  const administrator = me?.roles.includes('administrator') ?? false;
  const policyEditor = administrator || (me?.roles.includes('operator') ?? false);
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
          <Link href="/" current={route.page === 'sessions'}>
            Sessions
          </Link>
          {connects && (
            <Link href="/connect" current={route.page === 'connect'}>
              Connect
            </Link>
          )}
          {policyEditor && (
            <>
              <Link href="/targets" current={route.page === 'targets'}>
                Targets
              </Link>
              <Link href="/roles" current={route.page === 'roles'}>
                Roles
              </Link>
              <Link href="/links" current={route.page === 'links'}>
                Links
              </Link>
            </>
          )}
          {reviewer && (
            <Link href="/audit" current={route.page === 'audit'}>
              Audit
            </Link>
          )}
          {administrator && (
            <Link href="/users" current={route.page === 'users'}>
              Users
            </Link>
          )}
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
