/**
 * Kerberos in the browser: its client is told of the KDC proxy, and speaks Kerberos and not NTLM. The server of this test
 * knows NTLM alone, so that nobody is signed in.
 */
import { describe, expect, it } from 'vitest';
import { startFreerdpShadow } from '../peers/freerdp-shadow.js';
import { useLab } from '../peers/lab.js';
import { waitFor } from '../peers/wait.js';
import { startXvfb } from '../peers/xvfb.js';
import { requirePeers } from '../setup/requirements.js';
import { startGatewayProcess } from './support/gateway-process.js';
import { DESKTOP_TIMEOUT_MS, PortalPerson } from './support/portal.js';

const REALM = 'WITNESS.TEST';

describe.runIf(requirePeers('chromium', 'freerdp-shadow-cli', 'Xvfb'))('a session of Kerberos in the browser', () => {
  const lab = useLab();

  it('speaks Kerberos with the machine, and is refused for a name without a realm', async () => {
    const settings = { WITNESS_KDCS: `${REALM}=127.0.0.1` };
    const gateway = await startGatewayProcess(lab, { settings });
    const nla = { user: 'ada', password: 'sesame-4711' };
    const shadow = await startFreerdpShadow(lab, { display: await startXvfb(lab), nla });
    await gateway.api.addTarget('shadow-nla', shadow.port);
    const person = await PortalPerson.signIn(lab, gateway);
    await person.open('/connect');
    await person.page.getByRole('radio', { name: /shadow-nla/ }).check();
    await person.page.getByRole('radio', { name: /Kerberos/ }).check();
    await person.page.getByLabel('Password', { exact: true }).fill(nla.password);
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
  }, 90_000);
});
