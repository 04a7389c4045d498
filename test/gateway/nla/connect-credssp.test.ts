/** The gateway signs in at real servers with NLA. */
import { beforeAll, describe, expect, it } from 'vitest';
import { connectCredssp, type NlaCredential } from '../../../src/gateway/nla/connect-credssp.js';
import { PROTOCOL_HYBRID, PROTOCOL_HYBRID_EX } from '../../../src/rdp/connection/security-protocols.js';
import { startFreerdpShadow } from '../../peers/freerdp-shadow.js';
import { useLab } from '../../peers/lab.js';
import { startXvfb } from '../../peers/xvfb.js';
import { requirePeers } from '../../setup/requirements.js';
import { openHybrid } from './open-hybrid.js';

const USER = { userName: 'alice', domainName: '' };
const PASSWORD = 'a password of Alice';

describe.runIf(requirePeers('freerdp-shadow-cli', 'Xvfb'))('signing in at freerdp-shadow', () => {
  const lab = useLab();
  let port: number;

  beforeAll(async () => {
    const display = await startXvfb(lab);
    ({ port } = await startFreerdpShadow(lab, { display, nla: { user: 'alice', password: PASSWORD } }));
  });

  const signIn = async (credential: NlaCredential, requested: number): Promise<'connected' | 'closed'> => {
    const { tls, selectedProtocol, subjectPublicKey } = await openHybrid(port, { requestedProtocols: requested | 1 });
    try {
      await connectCredssp(tls, credential, {
        subjectPublicKey,
        host: '127.0.0.1',
        earlyAuthorization: selectedProtocol === PROTOCOL_HYBRID_EX,
        restrictedAdmin: false,
        timeoutMs: 10_000,
        clock: Date.now,
      });
      // A server that did not take the sign-in closes; one that did waits for more than this shortest of TPKTs.
      return await new Promise((resolve) => {
        const timer = setTimeout(() => resolve('connected'), 500);
        tls.once('close', () => {
          clearTimeout(timer);
          resolve('closed');
        });
        tls.resume();
      });
    } finally {
      tls.destroy();
    }
  };

  it.each([
    ['HYBRID', PROTOCOL_HYBRID],
    ['HYBRID_EX', PROTOCOL_HYBRID_EX | PROTOCOL_HYBRID],
  ])('succeeds with the password, %s', async (_name, requested) => {
    expect(await signIn({ ...USER, password: PASSWORD }, requested)).toBe('connected');
  });

  it('is refused with a wrong password, which this server says by closing', async () => {
    await expect(signIn({ ...USER, password: 'wrong' }, PROTOCOL_HYBRID)).rejects.toMatchObject({
      name: 'NlaError',
      problem: 'refused',
    });
  });
});
