/** Shareable links of the HTTP API: each leads people who sign in to one target, in the browser, until it expires. */
import type { TargetId } from './ids.js';
import type { PortalTarget, RecordingNotice } from './portal.js';

/** Links that work at the same time on one host: what Azure Bastion allows. */
export const MAX_LIVE_LINKS = 500;
export const MAX_LINK_LIFETIME_HOURS = 365 * 24;
/** Characters. */
export const MAX_LINK_NOTE = 200;

/** `POST /api/v1/links`. */
export interface LinkRequest {
  readonly targetId: TargetId;
  /** Whole hours from now. */
  readonly lifetimeHours: number;
  readonly note?: string;
}

export interface LinkInfo {
  readonly id: string;
  readonly targetId: TargetId;
  readonly targetName: string;
  /** Empty for none. */
  readonly note: string;
  /** User name. */
  readonly createdBy: string;
  readonly createdAt: string;
  readonly expiresAt: string;
}

/** Answer to `POST /api/v1/links`, 201: the secret is shown this once. The link is `/link#<secret>`. */
export interface LinkCreated extends LinkInfo {
  readonly secret: string;
}

/** `GET /api/v1/links`: those that work now. */
export interface LinkList {
  readonly links: readonly LinkInfo[];
  /** So many can there be. */
  readonly most: number;
}

/** `POST /api/v1/links/open` with `{ secret }`: where a link leads, and what policy says of connecting there by it. */
export interface OpenedLink {
  readonly target: PortalTarget;
  /** Null when there is none to accept. */
  readonly notice: RecordingNotice | null;
  readonly expiresAt: string;
}
