/** `witness users` beside a running gateway: what it prints works there at once, and is on record. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { useLab } from '../peers/lab.js';
import { ApiClient } from './support/api-client.js';
import { startGatewayProcess, WITNESS } from './support/gateway-process.js';

const TIMEOUT_MS = 120_000;
const PASSWORD = 'correct horse battery staple';
const lab = useLab();

it(
  'adds people, makes links, resets and disables, whatever became of the administrator',
  async () => {
    const gateway = await startGatewayProcess(lab);
    const witness = async (...args: string[]): Promise<string> => {
      const env = { HOME: gateway.dataDir, WITNESS_DATA: gateway.dataDir, PATH: process.env['PATH'] };
      const { stdout } = await promisify(execFile)(process.execPath, [WITNESS, 'users', ...args], { env });
      return stdout;
    };
    const signIn = async (printed: string): Promise<ApiClient> => {
      const [, token = ''] = /\/sign-in#token=([\w-]+)/.exec(printed) ?? [];
      const client = new ApiClient(gateway.httpPort);
      await client.signIn(token);
      return client;
    };

    const ada = await signIn(await witness('create', 'Ada', '--name', 'Ada Lovelace', '--role', 'auditor', 'user'));
    expect(await ada.json('GET', '/api/v1/me')).toEqual({
      userName: 'ada',
      displayName: 'Ada Lovelace',
      roles: ['auditor', 'user'],
    });
    expect((await ada.send('PUT', '/api/v1/account/password', { newPassword: PASSWORD })).status).toBe(204);
    expect(await witness('list')).toMatch(/^ada: auditor, user; password; last signed in .*\nadministrator: /);

    const again = await signIn(await witness('link', 'ADA', '--reset'));
    expect((await ada.send('GET', '/api/v1/me')).status).toBe(401);
    const withPassword = { userName: 'ada', password: PASSWORD };
    expect((await new ApiClient(gateway.httpPort).send('POST', '/api/v1/sign-in/password', withPassword)).status).toBe(
      401,
    );
    expect(await witness('disable', 'ada')).toContain('; disabled');
    expect((await again.send('GET', '/api/v1/me')).status).toBe(401);
    await expect(witness('disable', 'administrator')).rejects.toThrow('this is the last administrator');
    await expect(witness('link', 'nobody')).rejects.toThrow('there is nobody with this user name');
    await expect(witness('create', 'eve', '--role', 'king')).rejects.toThrow('there is no role "king"');

    const commands = (await gateway.api.audit()).filter(({ actor }) => actor === 'command-line');
    expect(commands.map(({ kind }) => kind)).toEqual([
      'user.created',
      'sign-in.link-issued',
      'user.credentials-reset',
      'sign-in.link-issued',
      'user.changed',
    ]);
  },
  TIMEOUT_MS,
);
