import { Writable } from 'node:stream';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { makeHttpBench, ScriptedSessions } from './bench.js';

/** Breaks as a library does that repeats what it was given. */
class BrokenSessions extends ScriptedSessions {
  override async request(): Promise<never> {
    throw new TypeError('cannot use "sesame-4711"');
  }
}

it('a request that fails in the gateway is in its log, by kind and place, and without what was sent', async () => {
  const lines: string[] = [];
  const stream = new Writable({
    write(line: Buffer, _encoding, done) {
      lines.push(line.toString());
      done();
    },
  });
  const { app, signIn } = await makeHttpBench({ sessions: new BrokenSessions(), logger: pino(stream) });
  const response = await app.inject({
    method: 'POST',
    url: '/api/v1/sessions',
    headers: await signIn(['user']),
    payload: {
      targetId: '01890a5d-ac96-774b-bcce-b302099a8057',
      connectionMethod: 'native',
      authenticationMethod: 'password',
    },
  });
  expect(response.statusCode).toBe(500);
  const logged = lines.filter((line) => line.includes('a request failed')).map((line) => JSON.parse(line) as object);
  const at: unknown = expect.arrayContaining([expect.stringMatching(/^at .*failed-request/)]);
  expect(logged).toMatchObject([{ level: 50, error: 'TypeError', at }]);
  expect(lines.join('') + response.body).not.toContain('sesame-4711');
});
