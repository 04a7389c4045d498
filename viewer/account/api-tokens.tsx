/** The person's API tokens: making, seeing and revoking them. */
import { useState } from 'preact/hooks';
import type { ApiTokenCreated, ApiTokenInfo, Me } from '../../src/contract/api.js';
import { getJson, sendJson } from '../api/client.js';
import { useAttempt } from '../api/use-attempt.js';
import { useResource } from '../api/use-resource.js';
import { CopyButton } from '../components/copy-button.js';
import { Loaded } from '../components/loaded.js';
import { EmptyNotice, ProblemNotice } from '../components/notice.js';
import { formatTime } from '../lib/format.js';
import { TokenForm } from './token-form.js';

export function ApiTokens({ me }: { me: Me }) {
  const list = useResource('tokens', (signal) =>
    getJson<{ tokens: readonly ApiTokenInfo[] }>('/api/v1/account/tokens', signal),
  );
  const [created, setCreated] = useState<ApiTokenCreated | null>(null);
  const { problem, run } = useAttempt();
  const revoke = (id: string): void =>
    run(async () => {
      await sendJson('DELETE', `/api/v1/account/tokens/${id}`, {});
      if (created?.id === id) setCreated(null);
      list.reload();
    });
  return (
    <section class="section" aria-labelledby="tokens-title">
      <h2 id="tokens-title">API tokens</h2>
      {problem !== null && <ProblemNotice problem={problem} />}
      {created !== null && <NewToken created={created} onDone={() => setCreated(null)} />}
      <Loaded from={list} what="your API tokens" rows={1}>
        {({ tokens }) => <Tokens tokens={tokens} onRevoke={revoke} />}
      </Loaded>
      <TokenForm
        me={me}
        onCreated={(made) => {
          setCreated(made);
          list.reload();
        }}
      />
    </section>
  );
}

function Tokens({ tokens, onRevoke }: { tokens: readonly ApiTokenInfo[]; onRevoke: (id: string) => void }) {
  if (tokens.length === 0) {
    return (
      <EmptyNotice title="You have no API tokens">
        A token lets a program act for you, within its scopes and until its day.
      </EmptyNotice>
    );
  }
  return (
    <ul class="entries">
      {tokens.map((token) => (
        <Entry key={token.id} token={token} onRevoke={() => onRevoke(token.id)} />
      ))}
    </ul>
  );
}

function NewToken({ created, onDone }: { created: ApiTokenCreated; onDone: () => void }) {
  return (
    <div class="notice" role="status">
      <h3>Copy the token “{created.name}” now</h3>
      <p class="muted">It is not shown again. Programs send it in the header “Authorization: Bearer …”.</p>
      <div class="command">
        <code>{created.token}</code>
        <CopyButton text={created.token} label="Copy" />
      </div>
      <div class="row">
        <button type="button" class="button" onClick={onDone}>
          Done
        </button>
      </div>
    </div>
  );
}

function Entry({ token, onRevoke }: { token: ApiTokenInfo; onRevoke: () => void }) {
  const used =
    token.lastUsedAt === null
      ? 'Never used.'
      : `Last used ${formatTime(token.lastUsedAt)} from ${token.lastUsedAddress ?? 'an unknown address'}.`;
  return (
    <li class="entry">
      <div>
        <strong>{token.name}</strong> {token.expired && <span class="badge badge-warn">Expired</span>}
        <p class="address">{token.scopes.join(', ')}</p>
        <p class="muted">
          {token.expired ? 'Expired' : 'Works until'} {formatTime(token.expiresAt)}. {used}
        </p>
      </div>
      <button type="button" class="button" aria-label={`Revoke the token ${token.name}`} onClick={onRevoke}>
        Revoke
      </button>
    </li>
  );
}
