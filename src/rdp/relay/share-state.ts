/** What both directions of an active session know of it. */
import type { TraceActivation } from '../../contract/trace.js';

export class ShareState {
  /** Known from the first Demand Active on. */
  shareId: number | null = null;
  /** True while a client's Confirm Active is in force. */
  active = false;
  /** True when the client allowed bulk compression. */
  compression = false;
  /** What the last Demand Active said of the picture. */
  desktop: Pick<TraceActivation, 'desktopWidth' | 'desktopHeight' | 'colorDepth'> | null = null;
}

/** The domain under which Windows signs in Microsoft Entra ID accounts. */
export function isEntraDomain(domain: string): boolean {
  return domain.toLowerCase() === 'azuread';
}
