/** Addresses of pages, and moving between them without loading the document again. */
import { useEffect, useState } from 'preact/hooks';

export type Route =
  | { readonly page: 'sign-in'; readonly problem: string | null }
  | { readonly page: 'sessions'; readonly before: string | null }
  | { readonly page: 'live' }
  | { readonly page: 'connect' }
  | { readonly page: 'links' }
  /** `secret` is '' when there is none. */
  | { readonly page: 'link'; readonly secret: string }
  | { readonly page: 'replay'; readonly sessionId: string; readonly startMs: number | null }
  | { readonly page: 'audit' }
  | { readonly page: 'targets' }
  | { readonly page: 'roles' }
  | { readonly page: 'channels' }
  | { readonly page: 'host' }
  | { readonly page: 'explain' }
  | { readonly page: 'users' }
  | { readonly page: 'account' }
  | { readonly page: 'unknown' };

const CHANGED = 'witness:navigated';

export function parseRoute(url: URL): Route {
  const path = url.pathname.replace(/\/+$/, '') || '/';
  if (path === '/sign-in') return { page: 'sign-in', problem: url.searchParams.get('problem') };
  if (path === '/' || path === '/sessions') return { page: 'sessions', before: url.searchParams.get('before') };
  if (path === '/live') return { page: 'live' };
  if (path === '/connect') return { page: 'connect' };
  if (path === '/links') return { page: 'links' };
  // The secret is in the fragment, which browsers send to nobody.
  if (path === '/link') return { page: 'link', secret: url.hash.slice(1) };
  if (path === '/audit') return { page: 'audit' };
  if (path === '/targets') return { page: 'targets' };
  if (path === '/roles') return { page: 'roles' };
  if (path === '/channels') return { page: 'channels' };
  if (path === '/host') return { page: 'host' };
  if (path === '/explain') return { page: 'explain' };
  if (path === '/users') return { page: 'users' };
  if (path === '/account') return { page: 'account' };
  const replay = /^\/recordings\/([0-9a-f-]{36})$/.exec(path);
  if (replay?.[1] !== undefined) return { page: 'replay', sessionId: replay[1], startMs: startOf(url) };
  return { page: 'unknown' };
}

function startOf(url: URL): number | null {
  const seconds = Number(url.searchParams.get('t') ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : null;
}

export function navigate(path: string, mode: 'push' | 'replace' = 'push'): void {
  if (mode === 'push') history.pushState(null, '', path);
  else history.replaceState(null, '', path);
  window.dispatchEvent(new Event(CHANGED));
  window.scrollTo(0, 0);
}

/** Says in the address what a page shows; the page itself stays as it is. */
export function replaceQuery(query: string): void {
  history.replaceState(history.state, '', query === '' ? location.pathname : `${location.pathname}?${query}`);
}

export function useRoute(): Route {
  const [route, setRoute] = useState(() => parseRoute(new URL(location.href)));
  useEffect(() => {
    const update = (): void => setRoute(parseRoute(new URL(location.href)));
    window.addEventListener('popstate', update);
    window.addEventListener(CHANGED, update);
    return () => {
      window.removeEventListener('popstate', update);
      window.removeEventListener(CHANGED, update);
    };
  }, []);
  return route;
}
