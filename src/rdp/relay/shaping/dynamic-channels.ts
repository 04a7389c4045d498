/** Which dynamic channels a session may have: by policy, and in a recorded session an allow-list by name. [invariant 2] */
import type { ChannelPolicy, ChannelUse } from '../../../contract/channel-policy.js';
import { DISPLAY_CONTROL_CHANNEL } from '../../display-control/display-control-header.js';
import type { DvcCreateRequest } from '../../dvc/create-request.js';
import type { GfxOffer } from './graphics-pipeline.js';

/** `graphics`: what the target sends on it is recorded. `without-pixels`: passed on as it is. */
export type DynamicChannelRole = 'graphics' | 'without-pixels';

/** [MS-RDPEGFX] 2.1. */
export const GRAPHICS_CHANNEL = 'Microsoft::Windows::RDS::Graphics';

interface AllowedChannel {
  readonly role: DynamicChannelRole;
  /** What policy allows or withholds it as; a part of the session itself has none. */
  readonly use?: ChannelUse;
}

/**
 * Withheld, by not being here: video optimised remoting and its geometry, which carry pixels past the pipeline; input
 * channels, because positions in them would not be in the trace; and all that is not known.
 */
const CHANNELS: ReadonlyMap<string, AllowedChannel> = new Map<string, AllowedChannel>([
  [GRAPHICS_CHANNEL, { role: 'graphics' }],
  // [MS-RDPEDISP] 2.1: sizes of monitors, from the client to the target.
  [DISPLAY_CONTROL_CHANNEL, { role: 'without-pixels' }],
  // [MS-RDPEA] 2.1: sound.
  ['AUDIO_PLAYBACK_DVC', { role: 'without-pixels', use: 'audio-output' }],
  ['AUDIO_PLAYBACK_LOSSY_DVC', { role: 'without-pixels', use: 'audio-output' }],
  // [MS-RDPEAI] 2.1: the microphone.
  ['AUDIO_INPUT', { role: 'without-pixels', use: 'audio-input' }],
  // [MS-RDPEWA] 2.1 and [MS-RDPEL] 2.1: security keys and the place where the client is.
  ['WebAuthN_Channel', { role: 'without-pixels', use: 'other' }],
  ['Microsoft::Windows::RDS::Location', { role: 'without-pixels', use: 'other' }],
]);

/** Channels by which a session is shown and steered begin with this, as does that of [MS-RDPEV]: no policy is about them. */
const PARTS_OF_THE_SESSION = ['Microsoft::Windows::RDS::', 'TSMF'];

/** What policy allows or withholds a channel as; null for a part of the session itself. */
export function dynamicChannelUse(channelName: string): ChannelUse | null {
  const channel = CHANNELS.get(channelName);
  if (channel !== undefined) return channel.use ?? null;
  return PARTS_OF_THE_SESSION.some((part) => channelName.startsWith(part)) ? null : 'other';
}

/** What the decision on a dynamic channel rests on. */
export interface DynamicChannelPolicy {
  readonly gfxOffer: GfxOffer;
  readonly channels: ChannelPolicy;
}

/** What a channel that the target asks for would be; null when it is withheld. */
export function dynamicChannelRole(
  request: DvcCreateRequest,
  { gfxOffer, channels }: DynamicChannelPolicy,
): DynamicChannelRole | null {
  // Clients may disagree on what bytes behind the name mean.
  const channel = request.trailing.length > 0 ? undefined : CHANNELS.get(request.channelName);
  if (channel === undefined) return null;
  if (channel.use !== undefined && !channels.has(channel.use)) return null;
  return channel.role === 'graphics' && gfxOffer === null ? null : channel.role;
}
