/**
 * Whether an account that shows on the wire is one of Microsoft Entra ID: Windows signs those in under a domain of its own,
 * in Client Info, NTLM AUTHENTICATE and Save Session Info alike. [invariant 1]
 */
import { untilNul } from './text.js';

const ENTRA_DOMAIN = 'azuread';

/** As Windows reads a name: up to the first NUL, whatever length was said, and without regard to case. */
export function isEntraDomain(domain: string): boolean {
  return untilNul(domain).trim().toLowerCase() === ENTRA_DOMAIN;
}

/** The domain may also stand before the user name, as in `.\AzureAD\name`, which clients send as it was typed. */
export function isEntraAccount({ domain, userName }: { readonly domain: string; readonly userName: string }): boolean {
  const before = untilNul(userName).split('\\').slice(0, -1);
  return [domain, ...before].some(isEntraDomain);
}
