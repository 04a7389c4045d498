/** Shareable links, for administrators and operators. */
import { useState } from 'preact/hooks';
import type { LinkInfo, LinkList } from '../../src/contract/links.js';
import { getJson, sendJson } from '../api/client.js';
import { useResource } from '../api/use-resource.js';
import { EmptyNotice, ProblemNotice } from '../components/notice.js';
import { Page } from '../components/page.js';
import { useAttempt } from '../inventory/use-attempt.js';
import { formatTime } from '../lib/format.js';
import { NewLinkDialog } from '../links/new-link-dialog.js';
import { Modal } from '../users/modal.js';

const COLUMNS = ['Machine', 'Note', 'Made by', 'Made', 'Works until', ''] as const;

export function LinksPage() {
  const list = useResource('links', (signal) => getJson<LinkList>('/api/v1/links', signal));
  const [open, setOpen] = useState<LinkInfo | 'new' | null>(null);
  const close = (): void => {
    setOpen(null);
    list.reload();
  };
  return (
    <Page
      wide
      title="Shareable links"
      lead="A link leads to one machine, in the browser. Whoever opens it signs in here, and needs the same roles as without it."
      aside={
        <button type="button" class="button button-main" onClick={() => setOpen('new')}>
          Make a link
        </button>
      }
    >
      {list.problem !== null && <ProblemNotice problem={list.problem} onRetry={list.reload} />}
      {list.value === null && list.problem === null && (
        <div role="status" aria-label="Loading links">
          {Array.from({ length: 4 }, (_, index) => (
            <div key={index} class="skeleton-row" />
          ))}
        </div>
      )}
      {list.value !== null && <Links list={list.value} onRevoke={setOpen} />}
      {open === 'new' && <NewLinkDialog onClose={close} />}
      {open !== null && open !== 'new' && <RevokeDialog link={open} onClose={close} />}
    </Page>
  );
}

function Links({ list: { links, most }, onRevoke }: { list: LinkList; onRevoke: (link: LinkInfo) => void }) {
  if (links.length === 0) {
    return (
      <EmptyNotice title="There are no links that work">
        Make one for a machine that people should find at once. Links that have expired or were revoked are in the audit
        log alone.
      </EmptyNotice>
    );
  }
  return (
    <>
      <table class="sessions">
        <thead>
          <tr>
            {COLUMNS.map((name) => (
              <th key={name} scope="col">
                {name === '' ? <span class="hidden">Actions</span> : name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {links.map((link) => (
            <Row key={link.id} link={link} onRevoke={() => onRevoke(link)} />
          ))}
        </tbody>
      </table>
      <p class="muted">
        {links.length} of {most} links.
      </p>
    </>
  );
}

function Row({ link, onRevoke }: { link: LinkInfo; onRevoke: () => void }) {
  return (
    <tr>
      <td data-label="Machine">
        <strong>{link.targetName}</strong>
      </td>
      <td data-label="Note">{link.note === '' ? <span class="muted">None</span> : link.note}</td>
      <td data-label="Made by">{link.createdBy}</td>
      <td data-label="Made" class="number">
        {formatTime(link.createdAt)}
      </td>
      <td data-label="Works until" class="number">
        {formatTime(link.expiresAt)}
      </td>
      <td class="action">
        <button
          type="button"
          class="button"
          aria-label={`Revoke the link to ${link.targetName}, made ${formatTime(link.createdAt)}`}
          onClick={onRevoke}
        >
          Revoke
        </button>
      </td>
    </tr>
  );
}

function RevokeDialog({ link, onClose }: { link: LinkInfo; onClose: () => void }) {
  const { busy, problem, run } = useAttempt();
  const revoke = (): void =>
    run(async () => {
      await sendJson('DELETE', `/api/v1/links/${link.id}`, {});
      onClose();
    });
  return (
    <Modal title="Revoke this link?" onClose={onClose}>
      <div class="form">
        {problem !== null && <ProblemNotice problem={problem} />}
        <p>
          The link to <strong>{link.targetName}</strong> works no longer then, for nobody. Sessions that are live go on.
        </p>
        <div class="row dialog-end">
          <button type="button" class="button" onClick={onClose}>
            Cancel
          </button>
          <button type="button" class="button button-danger" disabled={busy} onClick={revoke}>
            Revoke
          </button>
        </div>
      </div>
    </Modal>
  );
}
