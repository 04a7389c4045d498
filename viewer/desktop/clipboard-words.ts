/** What the session's channel policy leaves of the clipboard. */
import type { ChannelUse } from '../../src/contract/channel-policy.js';

export const allowsClipboard = (channels: readonly ChannelUse[]): boolean =>
  channels.includes('clipboard-to-target') || channels.includes('clipboard-to-client');

/** Why a button for the clipboard is off; null when both ways are open. */
export function clipboardReason(channels: readonly ChannelUse[]): string | null {
  const [toTarget, toClient] = [channels.includes('clipboard-to-target'), channels.includes('clipboard-to-client')];
  if (toTarget && toClient) return null;
  if (toTarget) return 'Copying out is off by policy.';
  if (toClient) return 'Pasting in is off by policy.';
  return 'The clipboard is off by policy.';
}
