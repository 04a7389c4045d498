/** Which dynamic channels a recorded session may have: an allow-list by name. [invariant 2] */
import type { DvcCreateRequest } from '../../dvc/create-request.js';
import type { GfxOffer } from './graphics-pipeline.js';

/** `graphics`: what the target sends on it is recorded. `without-pixels`: passed on as it is. */
export type DynamicChannelRole = 'graphics' | 'without-pixels';

/** [MS-RDPEGFX] 2.1. */
export const GRAPHICS_CHANNEL = 'Microsoft::Windows::RDS::Graphics';

interface AllowedChannel {
  readonly role: DynamicChannelRole;
  /** The static channel that does the same: policy allows or withholds both. */
  readonly staticChannel?: string;
}

/**
 * Withheld, by not being here: video optimised remoting and its geometry, which carry pixels past the pipeline; input
 * channels, because positions in them would not be in the trace; and all that is not known.
 */
const CHANNELS: ReadonlyMap<string, AllowedChannel> = new Map<string, AllowedChannel>([
  [GRAPHICS_CHANNEL, { role: 'graphics' }],
  // [MS-RDPEDISP] 2.1: sizes of monitors, from the client to the target.
  ['Microsoft::Windows::RDS::DisplayControl', { role: 'without-pixels' }],
  // [MS-RDPEA] 2.1: sound.
  ['AUDIO_PLAYBACK_DVC', { role: 'without-pixels', staticChannel: 'rdpsnd' }],
  ['AUDIO_PLAYBACK_LOSSY_DVC', { role: 'without-pixels', staticChannel: 'rdpsnd' }],
]);

/** What the decision on a dynamic channel rests on. */
export interface DynamicChannelPolicy {
  readonly gfxOffer: GfxOffer;
  /** Names of static channels that may be used, in lower case. */
  readonly allowedChannels: ReadonlySet<string>;
}

/** What a channel that the target asks for would be; null when it is withheld. */
export function dynamicChannelRole(
  request: DvcCreateRequest,
  { gfxOffer, allowedChannels }: DynamicChannelPolicy,
): DynamicChannelRole | null {
  // Clients may disagree on what bytes behind the name mean.
  const channel = request.trailing.length > 0 ? undefined : CHANNELS.get(request.channelName);
  if (channel === undefined) return null;
  if (channel.staticChannel !== undefined && !allowedChannels.has(channel.staticChannel)) return null;
  return channel.role === 'graphics' && gfxOffer === null ? null : channel.role;
}
