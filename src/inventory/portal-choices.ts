/** What a person may connect to, and what policy would say of each way: asked before anybody connects. */
import type { ReasonInfo } from '../contract/api.js';
import { targetId } from '../contract/ids.js';
import type { PortalChoice, PortalTarget } from '../contract/portal.js';
import type { AuthenticationMethod } from '../contract/rule.js';
import type { TargetRecord } from '../database/targets.js';
import { explain } from '../policy/decide.js';
import type { Asked, Person, SessionPolicy } from './session-policy.js';

const AUTHENTICATION: readonly AuthenticationMethod[] = ['password', 'kerberos', 'entra'];
/** Somebody who lacks one of these does not learn that the target is there. */
const UNREACHABLE: ReadonlySet<string> = new Set(['reader-target', 'reader-nic', 'reader-host', 'reader-network']);

/** The targets that the person may reach in some way. */
export async function portalTargets(
  policy: Pick<SessionPolicy, 'preview'>,
  person: Person,
  targets: readonly TargetRecord[],
): Promise<readonly PortalTarget[]> {
  const all = await Promise.all(targets.map((target) => portalTarget(policy, person, target)));
  return all.filter(({ portal, native }) => [...portal, ...native].some(isReachable));
}

/** What would be decided about an address that somebody typed. Who may not reach the target there does not learn its name. */
export async function addressTarget(
  policy: Pick<SessionPolicy, 'preview'>,
  person: Person,
  target: TargetRecord,
): Promise<PortalTarget> {
  const told = await portalTarget(policy, person, target);
  const known = [...told.portal, ...told.native].some(isReachable);
  return known ? told : { ...told, id: targetId(''), name: target.address };
}

/** Where a shareable link leads: it is for the browser alone. */
export function targetOfLink(
  policy: Pick<SessionPolicy, 'preview'>,
  person: Person,
  target: TargetRecord,
): Promise<PortalTarget> {
  return portalTarget(policy, person, target, true);
}

async function portalTarget(
  policy: Pick<SessionPolicy, 'preview'>,
  person: Person,
  target: TargetRecord,
  throughLink = false,
): Promise<PortalTarget> {
  // Which name is signed in with is not known yet: a fitting one is taken.
  const signInName = `user@${target.realm ?? 'realm'}`;
  const ways = (connectionMethod: Asked['connectionMethod']): Asked[] =>
    AUTHENTICATION.map((authenticationMethod) => ({ connectionMethod, authenticationMethod, throughLink, signInName }));
  const native = throughLink ? [] : ways('native');
  const decisions = await policy.preview(person, target, [...ways('portal'), ...native]);
  const choices = decisions.map((decision, index): PortalChoice => {
    const authenticationMethod = AUTHENTICATION[index % AUTHENTICATION.length] ?? 'password';
    const recorded = decision.outcome === 'allowed' && decision.permit !== null;
    const reasons: ReasonInfo[] = decision.reasons.map(explain);
    return { authenticationMethod, allowed: decision.outcome === 'allowed', recorded, reasons };
  });
  const { id, name, kind, address, port } = target;
  const portal = choices.slice(0, AUTHENTICATION.length);
  return { id, name, kind, address, port, portal, native: choices.slice(AUTHENTICATION.length) };
}

function isReachable({ allowed, reasons }: PortalChoice): boolean {
  return allowed || !reasons.some(({ code }) => UNREACHABLE.has(code));
}
