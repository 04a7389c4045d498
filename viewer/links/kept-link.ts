/**
 * A shareable link that somebody opened before signing in, kept for this tab until they have: signing in may lead to an
 * identity provider and back. It is kept for no longer than that.
 */
const KEY = 'witness-link';

export function keepLink(secret: string): void {
  if (secret !== '') sessionStorage.setItem(KEY, secret);
}

/** Null when none is kept. */
export function takeLink(): string | null {
  const secret = sessionStorage.getItem(KEY);
  sessionStorage.removeItem(KEY);
  return secret;
}
