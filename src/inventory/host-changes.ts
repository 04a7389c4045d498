/** Changing the host's configuration. */
import type { HostChange, HostConfiguration, HostInfo } from '../contract/inventory.js';
import type { Json } from '../contract/json.js';
import { readHost, writeHost } from './host.js';
import { makeRecordingChange, type PolicyChangeOptions } from './policy-change.js';

/**
 * Changes what is given; nothing happens when that is nothing new.
 * @throws SessionsInTheWayError
 */
export async function changeHost(
  options: PolicyChangeOptions,
  actor: string,
  { endSessions = false, ...change }: HostChange,
): Promise<HostInfo> {
  const { database, clock, recording } = options;
  const { policyVersion: _version, ...was } = await readHost(database, recording);
  const host: HostConfiguration = { ...was, ...change };
  const changed = differences(was, host);
  if (Object.keys(changed).length === 0) return readHost(database, recording);
  const data = { ...changed, endSessions };
  await makeRecordingChange(
    options,
    { actor, change: 'host', data, recording: { host }, endSessions },
    async (repositories) => {
      // Somebody else may have changed another field since.
      const { policyVersion: _old, ...now } = await readHost(repositories, recording);
      await writeHost(repositories, { ...now, ...change }, clock());
    },
  );
  return readHost(database, recording);
}

/** Field -> what it was and what it is. */
function differences(was: HostConfiguration, is: HostConfiguration): { [key: string]: Json } {
  const names = Object.keys(is) as (keyof HostConfiguration)[];
  const json = (value: HostConfiguration[keyof HostConfiguration]): Json => value as Json;
  return Object.fromEntries(
    names
      .filter((name) => JSON.stringify(was[name]) !== JSON.stringify(is[name]))
      .map((name) => [name, { was: json(was[name]), is: json(is[name]) }]),
  );
}
