/**
 * A client that signs in at the target itself: passed on, and watched for what the recording rule forbids [invariant 1] and for
 * NTLM where Kerberos may not fall back to it.
 */
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import { forbiddenWithEntra } from '../../policy/permit.js';
import { PROTOCOL_HYBRID, PROTOCOL_HYBRID_EX } from '../../rdp/connection/security-protocols.js';
import { passSignIn, type SignInEnd } from '../nla/pass-sign-in.js';
import type { Admission } from './admission.js';
import type { TargetLeg } from './target/open-target-leg.js';

/** A client's own sign-in at the target, with a KDC to be asked perhaps. */
const SIGN_IN_TIMEOUT_MS = 30_000;
const NLA = PROTOCOL_HYBRID | PROTOCOL_HYBRID_EX;

/** Lets the client sign in where the gateway has not. Null when nothing keeps the session from going on. */
export async function passClientSignIn(
  log: Logger,
  {
    permit,
    session,
    ntlmBlocked,
  }: Pick<Extract<Admission, { kind: 'admitted' }>, 'permit' | 'session' | 'ntlmBlocked'>,
  stream: Duplex,
  { socket, selectedProtocol, clientInfo }: TargetLeg,
): Promise<readonly [reason: string, detail: string] | null> {
  if ((selectedProtocol & NLA) === 0 || clientInfo !== null) return null;
  let entraSeen = '';
  const end = await passSignIn(stream, socket, {
    timeoutMs: SIGN_IN_TIMEOUT_MS,
    ntlmBlocked,
    onEntraSeen: (where) => {
      entraSeen = where;
      return permit === null || !forbiddenWithEntra(permit.facts);
    },
  });
  if (end === 'signed-in') return null;
  const [reason, detail] = refusalOf(end, entraSeen);
  log.warn({ sessionId: session.id, reason, detail }, 'the client did not sign in');
  return [reason, detail];
}

function refusalOf(end: SignInEnd, entraSeen: string): readonly [reason: string, detail: string] {
  switch (end) {
    case 'entra':
      return ['recording-rule', `Entra ID shows in ${entraSeen}`];
    case 'ntlm':
      return ['ntlm-blocked', 'the sign-in falls back from Kerberos to NTLM, which is blocked on the host'];
    default:
      return ['target-logon-failed', `the client's own sign-in ended with: ${end}`];
  }
}
