/** Where a shareable link leads: the machine, what policy says of connecting to it, and the form of the portal. */
import type { OpenedLink } from '../../src/contract/links.js';
import { postJson } from '../api/client.js';
import { useResource } from '../api/use-resource.js';
import { EmptyNotice, ProblemNotice } from '../components/notice.js';
import { Page } from '../components/page.js';
import { formatTime } from '../lib/format.js';
import { PortalForm } from './portal-form.js';

export function LinkPage({ secret }: { secret: string }) {
  if (secret === '') {
    return (
      <Page title="A link to a machine">
        <EmptyNotice title="The link is not complete">
          Open the whole address that you were given, with everything after the #.
        </EmptyNotice>
      </Page>
    );
  }
  return <Opened secret={secret} />;
}

function Opened({ secret }: { secret: string }) {
  // The key names the resource in this page alone.
  const opened = useResource('link', () => postJson<OpenedLink>('/api/v1/links/open', { secret }));
  if (opened.value === null) {
    return (
      <Page title="A link to a machine">
        {opened.problem === null ? (
          <p class="muted" role="status">
            Loading…
          </p>
        ) : (
          <ProblemNotice problem={opened.problem} onRetry={opened.reload} />
        )}
      </Page>
    );
  }
  const { target, notice, expiresAt } = opened.value;
  const lead = `Somebody gave you a link to this machine. It works until ${formatTime(expiresAt)}.`;
  return (
    <Page title={`Connect to ${target.name}`} lead={lead}>
      <section class="card connect-card" aria-label={`Connect to ${target.name}`}>
        <PortalForm typed={false} target={target} notice={notice} linkSecret={secret} />
      </section>
    </Page>
  );
}
