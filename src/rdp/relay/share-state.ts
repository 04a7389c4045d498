/** What both directions of a session know of its share. */
import type { TraceActivation } from '../../contract/trace.js';

export class ShareState {
  /** True until the target has ended the licensing phase. */
  licensing = true;
  /** Known from the first Demand Active on. */
  shareId: number | null = null;
  /** True from a Demand Active to its Confirm Active. */
  awaitsConfirm = false;
  /** True from a Deactivate All or a Demand Active until the target's Font Map. */
  activating = false;
  /** True from the target's Font Map, which ends the activation, until it deactivates the share. */
  active = false;
  /** What the target takes to draw its desktop again. */
  redraw: { readonly refreshRect: boolean; readonly suppressOutput: boolean } = {
    refreshRect: false,
    suppressOutput: false,
  };
  /** True when the client allowed bulk compression. */
  compression = false;
  /** What the last Demand Active said of the picture. */
  desktop: Pick<TraceActivation, 'desktopWidth' | 'desktopHeight' | 'colorDepth'> | null = null;
  /** Size of the desktop that was confirmed last, as `width x height`. */
  confirmedSize: string | null = null;
}
