/** What people do about their own account: password, browsers in which they are signed in, API tokens. */
import type { Me } from '../../src/contract/api.js';
import { ApiTokens } from '../account/api-tokens.js';
import { PasswordCard } from '../account/password-card.js';
import { WebSessions } from '../account/web-sessions.js';
import { Page } from '../components/page.js';
import { roleNames } from '../users/role-names.js';

export function AccountPage({ me }: { me: Me }) {
  return (
    <Page title="Your account" lead={`${me.displayName}, user name ${me.userName}. Roles: ${roleNames(me.roles)}.`}>
      <PasswordCard />
      <WebSessions />
      <ApiTokens me={me} />
    </Page>
  );
}
