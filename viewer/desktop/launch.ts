/**
 * How a desktop gets into a tab of its own: the page that opens it hands over what to connect to, in memory. The password is
 * in no address and in no storage; a tab that is loaded again has forgotten it.
 */
import type { SessionRequest } from '../../src/contract/api.js';

/** What a desktop tab needs to know. */
export interface DesktopLaunch {
  readonly targetName: string;
  /** What Kerberos asks a ticket for: TERMSRV and the name that the machine is reached by ([MS-RDPBCGR] 5.4.5.2). */
  readonly targetAddress: string;
  readonly request: SessionRequest;
  readonly userName: string;
  readonly password: string;
  readonly domain: string;
}

const READY = 'witness-desktop-ready';
const LAUNCH = 'witness-desktop-launch';
const ANSWER_MS = 5_000;

/** Opens a tab with the desktop. False when the browser does not let the page open tabs. Call it in a click. */
export function openDesktop(launch: DesktopLaunch): boolean {
  const tab = window.open('/desktop');
  if (tab === null) return false;
  const answer = (event: MessageEvent): void => {
    if (event.source !== tab || event.origin !== location.origin || event.data !== READY) return;
    window.removeEventListener('message', answer);
    tab.postMessage({ kind: LAUNCH, launch }, location.origin);
  };
  window.addEventListener('message', answer);
  return true;
}

/** In the desktop's tab: asks the page that opened it. Null when there is none, or it has done so before. */
export function receiveLaunch(): Promise<DesktopLaunch | null> {
  const opener = window.opener as Window | null;
  if (opener === null) return Promise.resolve(null);
  return new Promise((resolve) => {
    const finish = (launch: DesktopLaunch | null): void => {
      clearTimeout(timer);
      window.removeEventListener('message', receive);
      resolve(launch);
    };
    const receive = (event: MessageEvent): void => {
      if (event.source !== opener || event.origin !== location.origin) return;
      const data = event.data as { readonly kind?: unknown; readonly launch?: DesktopLaunch };
      if (data.kind === LAUNCH && data.launch !== undefined) finish(data.launch);
    };
    const timer = setTimeout(() => finish(null), ANSWER_MS);
    window.addEventListener('message', receive);
    opener.postMessage(READY, location.origin);
  });
}
