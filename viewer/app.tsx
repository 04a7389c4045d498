/** All pages, and who is signed in. */
import { useEffect } from 'preact/hooks';
import type { Me } from '../src/contract/api.js';
import { getJson } from './api/client.js';
import { useResource } from './api/use-resource.js';
import { Link } from './components/link.js';
import { EmptyNotice, ProblemNotice } from './components/notice.js';
import { Page } from './components/page.js';
import { keepLink, takeLink } from './links/kept-link.js';
import { AccountPage } from './pages/account.js';
import { AuditPage } from './pages/audit.js';
import { ChannelsPage } from './pages/channels.js';
import { ConnectPage } from './pages/connect.js';
import { ExplainPage } from './pages/explain.js';
import { HostPage } from './pages/host.js';
import { LinkPage } from './pages/link.js';
import { LinksPage } from './pages/links.js';
import { LivePage } from './pages/live.js';
import { ReplayPage } from './pages/replay.js';
import { RolesPage } from './pages/roles.js';
import { SessionsPage } from './pages/sessions.js';
import { SignInPage } from './pages/sign-in.js';
import { TargetsPage } from './pages/targets.js';
import { UsersPage } from './pages/users.js';
import { navigate, useRoute, type Route } from './router.js';
import { Shell } from './shell/shell.js';

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
    case 'live':
      return <LivePage me={me} />;
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
    case 'channels':
      return <ChannelsPage me={me} />;
    case 'host':
      return <HostPage me={me} />;
    case 'explain':
      return <ExplainPage me={me} />;
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
