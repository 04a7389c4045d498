/** Which dynamic channels a recorded session may have: an allow-list by name. [invariant 2] */
import type { DvcCreateRequest } from '../../dvc/create-request.js';

/** `graphics`: what the target sends on it is recorded. `without-pixels`: passed on as it is. */
export type DynamicChannelRole = 'graphics' | 'without-pixels';

/** [MS-RDPEGFX] 2.1. */
export const GRAPHICS_CHANNEL = 'Microsoft::Windows::RDS::Graphics';

/**
 * Withheld, by not being here: video optimised remoting and its geometry, which carry pixels past the pipeline; input
 * channels, because positions in them would not be in the trace; and all that is not known.
 */
const ROLES: ReadonlyMap<string, DynamicChannelRole> = new Map([
  [GRAPHICS_CHANNEL, 'graphics'],
  // [MS-RDPEDISP] 2.1: sizes of monitors, from the client to the target.
  ['Microsoft::Windows::RDS::DisplayControl', 'without-pixels'],
  // [MS-RDPEA] 2.1: sound.
  ['AUDIO_PLAYBACK_DVC', 'without-pixels'],
  ['AUDIO_PLAYBACK_LOSSY_DVC', 'without-pixels'],
]);

/** What a channel that the target asks for would be; null when it is withheld. */
export function dynamicChannelRole(request: DvcCreateRequest, graphicsOffered: boolean): DynamicChannelRole | null {
  // Clients may disagree on what bytes behind the name mean.
  if (request.trailing.length > 0) return null;
  const role = ROLES.get(request.channelName) ?? null;
  return role === 'graphics' && !graphicsOffered ? null : role;
}
