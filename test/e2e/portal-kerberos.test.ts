/**
 * Kerberos in the browser: its client is told of the KDC proxy, and speaks Kerberos and not NTLM. The server of this test
 * knows NTLM alone, so that nobody is signed in but a client that falls back to it.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import type { SessionCreated } from '../../src/contract/api.js';
import type { PortalInfo } from '../../src/contract/portal.js';
import { connectCredssp } from '../../src/gateway/nla/connect-credssp.js';
import { subjectPublicKeyOf } from '../../src/gateway/nla/platform.js';
import { type FreerdpShadow, startFreerdpShadow } from '../peers/freerdp-shadow.js';
import { useLab } from '../peers/lab.js';
import { waitFor } from '../peers/wait.js';
import { startXvfb } from '../peers/xvfb.js';
import { requirePeers } from '../setup/requirements.js';
import { type GatewayProcess, startGatewayProcess } from './support/gateway-process.js';
import { DESKTOP_TIMEOUT_MS, PortalPerson } from './support/portal.js';
import { openRdCleanPath } from './support/rdcleanpath-client.js';

const REALM = 'WITNESS.TEST';
const NLA = { user: 'ada', password: 'sesame-4711' };
const TIMEOUT_MS = 90_000;

describe.runIf(requirePeers('chromium', 'freerdp-shadow-cli', 'Xvfb'))('a session of Kerberos in the browser', () => {
  const lab = useLab();

  let gateway: GatewayProcess;
  let shadow: FreerdpShadow;

  beforeAll(async () => {
    gateway = await startGatewayProcess(lab, { settings: { WITNESS_KDCS: `${REALM}=127.0.0.1` } });
    shadow = await startFreerdpShadow(lab, { display: await startXvfb(lab), nla: NLA });
    await gateway.api.addTarget('shadow-nla', shadow.port);
  });

  it(
    'speaks Kerberos with the machine, and is refused for a name without a realm',
    async () => {
      const person = await PortalPerson.signIn(lab, gateway);
      await person.open('/connect');
      await person.page.getByRole('radio', { name: /shadow-nla/ }).check();
      await person.page.getByRole('radio', { name: /Kerberos/ }).check();
      await person.page.getByLabel('Password', { exact: true }).fill(NLA.password);
      await person.page.getByRole('checkbox', { name: /recorded/ }).check();
      const connectAs = async (name: string) => {
        await person.page.getByLabel('User name (name@realm)').fill(name);
        const [page] = await Promise.all([
          person.context.waitForEvent('page'),
          person.page.getByRole('button', { name: 'Connect', exact: true }).click(),
        ]);
        return page;
      };
      const nobody = await connectAs('ada');
      await nobody.getByText('The session is not allowed').waitFor({ timeout: DESKTOP_TIMEOUT_MS });
      await nobody.close();

      await connectAs(`ada@${REALM}`);
      // Its client falls back to NTLM, which this server would take, where it was told of no KDC.
      await waitFor(
        'a token of Kerberos at the machine',
        () => shadow.process.log().includes('expected NTLMSSP') || undefined,
        DESKTOP_TIMEOUT_MS,
      );
      const issued = (await gateway.api.audit()).filter(({ kind }) => kind === 'session.ticket-redeemed');
      expect(await gateway.api.session(issued.at(-1)?.sessionId ?? '')).toMatchObject({
        authenticationMethod: 'kerberos',
      });
    },
    TIMEOUT_MS,
  );

  /** A client that speaks NTLM in a session of Kerberos; its refusal that is on record, or null where it signed in. */
  const fallBack = async (ntlmFallbackBlocked: boolean): Promise<unknown> => {
    await gateway.api.json('PUT', '/api/v1/host', { ntlmFallbackBlocked });
    const [target] = await gateway.api.targets();
    const { notice } = await gateway.api.json<PortalInfo>('GET', '/api/v1/portal');
    const { sessionId, routingToken } = await gateway.api.json<SessionCreated>('POST', '/api/v1/sessions', {
      targetId: target?.id,
      connectionMethod: 'portal',
      authenticationMethod: 'kerberos',
      signInName: `ada@${REALM}`,
      acceptedNotice: notice?.version,
    });
    const { stream, certificate } = await openRdCleanPath(gateway.httpPort, routingToken);
    const signedIn = await connectCredssp(
      stream,
      { userName: NLA.user, domainName: '', password: NLA.password },
      {
        subjectPublicKey: subjectPublicKeyOf(certificate),
        host: '127.0.0.1',
        earlyAuthorization: false,
        restrictedAdmin: false,
        timeoutMs: DESKTOP_TIMEOUT_MS,
        clock: Date.now,
      },
    ).then(
      () => true,
      () => false,
    );
    stream.destroy();
    if (signedIn) return null;
    await gateway.api.waitForSession(sessionId, 'the refusal', ({ state }) => state === 'refused');
    const rows = (await gateway.api.audit()).filter((row) => row.sessionId === sessionId);
    expect(await gateway.api.session(sessionId)).toMatchObject({ endReason: 'ntlm-blocked' });
    return rows.find(({ kind }) => kind === 'connection.refused')?.data['reason'];
  };

  it(
    'falls back to NTLM where the host allows that, and is cut off where it does not',
    async () => {
      expect(await fallBack(false)).toBeNull();
      expect(await fallBack(true)).toBe('ntlm-blocked');
    },
    TIMEOUT_MS,
  );
});
