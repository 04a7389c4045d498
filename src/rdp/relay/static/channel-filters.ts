/** Which static channels are looked into, and by what. */
import type { ChannelPolicy, ChannelUse } from '../../../contract/channel-policy.js';
import { CLIPBOARD_CHANNEL, DEVICE_CHANNEL, isDynamicChannels } from '../shaping/static-channels.js';
import type { ChannelFilter } from './channel-filter.js';
import { ClipboardFilter } from './clipboard-filter.js';
import type { CreateContentHash } from './content-hash.js';
import { DeviceFilter } from './device-filter.js';
import { DynamicNameFilter } from './dynamic-name-filter.js';

export interface ChannelFilterPolicy {
  readonly channels: ChannelPolicy;
  readonly createHash: CreateContentHash;
  /** Whether events hold the text itself that was copied; absent: no. */
  readonly keepsClipboardText?: boolean;
}

/** What dynamic channels are allowed or withheld as. */
const DYNAMIC_USES: readonly ChannelUse[] = ['audio-output', 'audio-input', 'other'];

/** The filter of a channel that may be used; null for one that passes as it is. */
export function channelFilter(channelName: string, policy: ChannelFilterPolicy): ChannelFilter | null {
  const { channels, createHash, keepsClipboardText: keepsText = false } = policy;
  const name = channelName.toLowerCase();
  if (name === CLIPBOARD_CHANNEL) {
    const toTarget = channels.has('clipboard-to-target');
    const toClient = channels.has('clipboard-to-client');
    return new ClipboardFilter({ toTarget, toClient, keepsText }, createHash);
  }
  if (name === DEVICE_CHANNEL) return new DeviceFilter(channels, createHash);
  const withholds = DYNAMIC_USES.some((use) => !channels.has(use));
  return isDynamicChannels(name) && withholds ? new DynamicNameFilter(channels) : null;
}
