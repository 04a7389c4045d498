/** What may pass besides picture and input: what the gateway was started with, and what each target does differently. */
import type { Me } from '../../src/contract/api.js';
import { ALL_CHANNEL_USES, CHANNEL_USES, type ChannelUse } from '../../src/contract/channel-policy.js';
import type { ChannelList } from '../../src/contract/channels.js';
import { getJson } from '../api/client.js';
import { useResource } from '../api/use-resource.js';
import { ChannelDialog } from '../channels/channel-dialog.js';
import { CHANNEL_NAMES, differencesOf, namesOf } from '../channels/channel-words.js';
import { Badge } from '../components/badge.js';
import { Loaded } from '../components/loaded.js';
import { EmptyNotice } from '../components/notice.js';
import { Page } from '../components/page.js';
import { type Column, RecordTable } from '../components/record-table.js';
import { useDialog } from '../components/use-dialog.js';

type Target = ChannelList['targets'][number];

const COLUMNS: readonly Column<Target>[] = [
  { name: 'Target', cell: ({ name }) => <strong>{name}</strong> },
  { name: 'Allowed', cell: ({ allowed }) => namesOf(allowed) },
  {
    name: 'Different from the gateway',
    cell: ({ overrides }) => differencesOf(overrides) ?? <span class="muted">Nothing</span>,
  },
];

export function ChannelsPage({ me }: { me: Me }) {
  const list = useResource<ChannelList>('channels', (signal) => getJson('/api/v1/channels', signal));
  const { open, show, close } = useDialog<Target>(list.reload);
  const editor = me.roles.some((role) => role === 'administrator' || role === 'operator');
  return (
    <Page
      wide
      title="Channels"
      lead="What may pass besides picture and input. What is withheld is withheld on the wire, whether a session is recorded or not."
    >
      <Loaded from={list} what="channels" rows={9}>
        {({ gateway, targets }) => (
          <>
            <GatewaySection gateway={gateway} />
            <section class="section" aria-labelledby="targets-title">
              <h2 id="targets-title">Targets</h2>
              <RecordTable
                label="Channels of targets"
                items={targets}
                keyOf={({ targetId }) => targetId}
                columns={COLUMNS}
                actions={(target) =>
                  editor && (
                    <button
                      type="button"
                      class="button"
                      aria-label={`Change the channels of ${target.name}`}
                      onClick={() => show(target)}
                    >
                      Change
                    </button>
                  )
                }
                empty={
                  <EmptyNotice title="There are no targets">What the gateway allows holds for all of them.</EmptyNotice>
                }
              />
            </section>
          </>
        )}
      </Loaded>
      {open !== null && list.value !== null && (
        <ChannelDialog target={open} gateway={list.value.gateway} onClose={close} />
      )}
    </Page>
  );
}

function GatewaySection({ gateway }: { gateway: readonly ChannelUse[] }) {
  return (
    <section class="section" aria-labelledby="gateway-title">
      <h2 id="gateway-title">This gateway</h2>
      <p class="muted">
        Holds where a target does not say. It is the setting <code class="mono">WITNESS_CHANNELS</code>, read when the
        gateway starts; gateways that share a database should agree.
      </p>
      <dl class="entries settings settings-wide">
        {ALL_CHANNEL_USES.map((use) => (
          <div key={use} class="entry">
            <dt>
              {CHANNEL_NAMES[use]}
              <span class="muted hint">{sentence(CHANNEL_USES[use])}</span>
            </dt>
            <dd>
              {gateway.includes(use) ? <Badge text="Allowed" tone="good" /> : <Badge text="Withheld" tone="plain" />}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
