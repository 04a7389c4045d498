/** Bounds of sessions: what holds, and where it is set. */
import type { HostLimits } from '../../src/contract/inventory.js';
import { getJson } from '../api/client.js';
import { useResource } from '../api/use-resource.js';
import { Loaded } from '../components/loaded.js';
import { formatMinutes, formatSpan } from '../lib/format.js';

const LIMITS: readonly {
  readonly text: string;
  readonly setting: string;
  readonly value: (limits: HostLimits) => string | null;
}[] = [
  { text: 'Longest session', setting: 'WITNESS_MAX_SESSION_MS', value: ({ maxSessionMs }) => spanOf(maxSessionMs) },
  {
    text: 'Longest without input',
    setting: 'WITNESS_IDLE_TIMEOUT_MS',
    value: ({ idleTimeoutMs }) => spanOf(idleTimeoutMs),
  },
  {
    text: 'Sessions of a person',
    setting: 'WITNESS_SESSIONS_PER_USER',
    value: ({ sessionsPerUser }) => countOf(sessionsPerUser),
  },
  {
    text: 'Sessions of the host',
    setting: 'WITNESS_SESSIONS_PER_HOST',
    value: ({ sessionsPerHost }) => countOf(sessionsPerHost),
  },
];

export function HostLimitsSection() {
  const limits = useResource<HostLimits>('host-limits', (signal) => getJson('/api/v1/host/limits', signal));
  return (
    <section class="section" aria-labelledby="limits-title">
      <h2 id="limits-title">Limits</h2>
      <p class="muted">
        Settings of the gateway that answers, read when it starts: they are changed where it is started, not here.
      </p>
      <Loaded from={limits} what="limits">
        {(value) => (
          <dl class="entries settings">
            {LIMITS.map(({ text, setting, value: of }) => (
              <div key={setting} class="entry">
                <dt>
                  {text}
                  <span class="muted hint address">{setting}</span>
                </dt>
                <dd>{of(value) ?? <span class="muted">No limit</span>}</dd>
              </div>
            ))}
          </dl>
        )}
      </Loaded>
    </section>
  );
}

function spanOf(ms: number): string | null {
  if (ms === 0) return null;
  return ms < 60_000 ? formatSpan(ms) : formatMinutes(Math.floor(ms / 60_000));
}

function countOf(count: number): string | null {
  return count === 0 ? null : `${count} at the same time`;
}
