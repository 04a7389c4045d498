/** Which static virtual channels a session may have: by name, by policy, and by what a recording can bear. [invariant 2] */
import type { ChannelPolicy, ChannelUse } from '../../../contract/channel-policy.js';

/** The static channel of all dynamic ones, [MS-RDPEDYC] 2.1. */
export function isDynamicChannels(name: string): boolean {
  return name.toLowerCase() === 'drdynvc';
}

/** [MS-RDPECLIP] 2.1 and [MS-RDPEFS] 2.1: channels that are looked into while policy withholds a part of their uses. */
export const CLIPBOARD_CHANNEL = 'cliprdr';
export const DEVICE_CHANNEL = 'rdpdr';

export const DEVICE_USES: readonly ChannelUse[] = ['drives', 'printers', 'ports', 'smart-cards'];

/**
 * Channels that carry no pixels, with the uses of which any one opens them. Servers play sound only to clients that also
 * have a channel for devices, be there a device or not.
 */
const WITHOUT_PIXELS: ReadonlyMap<string, readonly ChannelUse[] | 'always'> = new Map<
  string,
  readonly ChannelUse[] | 'always'
>([
  [CLIPBOARD_CHANNEL, ['clipboard-to-target', 'clipboard-to-client']],
  [DEVICE_CHANNEL, [...DEVICE_USES, 'audio-output']],
  ['rdpsnd', ['audio-output']],
  ['snddbg', ['audio-output']],
  ['wtsapi', 'always'],
]);

/** Parts of the session itself, which no policy on channels is about; a recorded session does without them. */
const PARTS_OF_THE_SESSION: ReadonlySet<string> = new Set(['drdynvc', 'rail', 'rail_ri', 'rail_wi']);

/** What the decision rests on. */
export interface StaticChannelPolicy {
  readonly recorded: boolean;
  readonly channels: ChannelPolicy;
}

/** True when the channel may be used; the channel of the dynamic ones is decided on elsewhere. */
export function isStaticChannelAllowed(channelName: string, { recorded, channels }: StaticChannelPolicy): boolean {
  const name = channelName.toLowerCase();
  const uses = WITHOUT_PIXELS.get(name);
  if (uses !== undefined) return uses === 'always' || uses.some((use) => channels.has(use));
  return !recorded && (PARTS_OF_THE_SESSION.has(name) || channels.has('other'));
}
