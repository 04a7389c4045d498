/** Shareable links, for administrators and operators. */
import type { LinkInfo, LinkList } from '../../src/contract/links.js';
import { getJson, sendJson } from '../api/client.js';
import { useResource } from '../api/use-resource.js';
import { ConfirmDialog } from '../components/confirm-dialog.js';
import { Loaded } from '../components/loaded.js';
import { EmptyNotice } from '../components/notice.js';
import { Page } from '../components/page.js';
import { type Column, RecordTable } from '../components/record-table.js';
import { useDialog } from '../components/use-dialog.js';
import { formatTime } from '../lib/format.js';
import { NewLinkDialog } from '../links/new-link-dialog.js';

const COLUMNS: readonly Column<LinkInfo>[] = [
  { name: 'Machine', cell: ({ targetName }) => <strong>{targetName}</strong> },
  { name: 'Note', cell: ({ note }) => (note === '' ? <span class="muted">None</span> : note) },
  { name: 'Made by', cell: ({ createdBy }) => createdBy },
  { name: 'Made', class: 'number', cell: ({ createdAt }) => formatTime(createdAt) },
  { name: 'Works until', class: 'number', cell: ({ expiresAt }) => formatTime(expiresAt) },
];

export function LinksPage() {
  const list = useResource('links', (signal) => getJson<LinkList>('/api/v1/links', signal));
  const { open, show, close } = useDialog<LinkInfo | 'new'>(list.reload);
  return (
    <Page
      wide
      title="Shareable links"
      lead="A link leads to one machine, in the browser. Whoever opens it signs in here, and needs the same roles as without it."
      aside={
        <button type="button" class="button button-main" onClick={() => show('new')}>
          Make a link
        </button>
      }
    >
      <Loaded from={list} what="links">
        {(value) => <Links list={value} onRevoke={show} />}
      </Loaded>
      {open === 'new' && <NewLinkDialog onClose={close} />}
      {open !== null && open !== 'new' && <RevokeDialog link={open} onClose={close} />}
    </Page>
  );
}

function Links({ list: { links, most }, onRevoke }: { list: LinkList; onRevoke: (link: LinkInfo) => void }) {
  return (
    <>
      <RecordTable
        label="Links"
        items={links}
        keyOf={({ id }) => id}
        columns={COLUMNS}
        actions={(link) => (
          <button
            type="button"
            class="button"
            aria-label={`Revoke the link to ${link.targetName}, made ${formatTime(link.createdAt)}`}
            onClick={() => onRevoke(link)}
          >
            Revoke
          </button>
        )}
        empty={
          <EmptyNotice title="There are no links that work">
            Make one for a machine that people should find at once. Links that have expired or were revoked are in the
            audit log alone.
          </EmptyNotice>
        }
      />
      {links.length > 0 && (
        <p class="muted">
          {links.length} of {most} links.
        </p>
      )}
    </>
  );
}

function RevokeDialog({ link, onClose }: { link: LinkInfo; onClose: () => void }) {
  return (
    <ConfirmDialog
      title="Revoke this link?"
      action="Revoke"
      work={() => sendJson('DELETE', `/api/v1/links/${link.id}`, {})}
      onClose={onClose}
    >
      The link to <strong>{link.targetName}</strong> works no longer then, for nobody. Sessions that are live go on.
    </ConfirmDialog>
  );
}
