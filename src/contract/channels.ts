/** What the HTTP API says of channels: the gateway's setting, and what targets say differently. */
import type { ChannelOverrides, ChannelUse } from './channel-policy.js';
import type { TargetId } from './ids.js';

/** `GET` and answer of `PUT /api/v1/targets/:id/channels`, which takes the overrides alone. */
export interface TargetChannels {
  /** What this target says itself. */
  readonly overrides: ChannelOverrides;
  /** What holds: the gateway's setting with the target's overrides. */
  readonly allowed: readonly ChannelUse[];
}

/** `GET /api/v1/channels`. */
export interface ChannelList {
  /** What is allowed where a target does not say; WITNESS_CHANNELS of the gateway that answers. */
  readonly gateway: readonly ChannelUse[];
  /** Every target of the inventory, by name. */
  readonly targets: readonly (TargetChannels & { readonly targetId: TargetId; readonly name: string })[];
}
