/** Nobody is left who can administer the gateway only when two administrators may take each other's role at once. */
import { expect, test } from 'vitest';
import { chainId } from '../../src/contract/ids.js';
import { Identity } from '../../src/identity/identity.js';
import { onBothDatabases } from '../database/engines.js';
import { NOW_MS } from '../database/samples.js';

const ROUNDS = 20;

await onBothDatabases('the last administrator', (engine) => {
  test('stays, also when the last two are disabled at the same moment', async () => {
    const database = await engine.open();
    const identity = new Identity({
      database,
      audit: {
        append: async (event) => ({
          ...event,
          chainId: chainId('t'),
          sequence: 1,
          timeMs: 0,
          previousHash: '',
          hash: '',
        }),
      },
      clock: () => NOW_MS,
    });
    const both = [
      await identity.createUser('ada', 'Ada', ['administrator']),
      await identity.createUser('bob', 'Bob', ['administrator']),
    ];
    for (let round = 0; round < ROUNDS; round += 1) {
      const results = await Promise.all(
        both.map(({ id }) => identity.administration.update(id, { disabled: true }, 'test')),
      );
      expect(results.map(({ kind }) => kind).toSorted(), `round ${round}`).toEqual(['done', 'refused']);
      for (const { id } of both) await identity.administration.update(id, { disabled: false }, 'test');
    }
  });
});
