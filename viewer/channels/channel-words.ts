/** Uses of channels as people read them. */
import { ALL_CHANNEL_USES, type ChannelOverrides, type ChannelUse } from '../../src/contract/channel-policy.js';

export const CHANNEL_NAMES: { readonly [use in ChannelUse]: string } = {
  'clipboard-to-target': 'Clipboard to the target',
  'clipboard-to-client': 'Clipboard to the client',
  drives: 'Drives',
  printers: 'Printers',
  ports: 'Ports',
  'smart-cards': 'Smart cards',
  'audio-output': 'Sound',
  'audio-input': 'Microphone',
  other: 'Other channels',
};

/** `All`, `None`, or their names. */
export function namesOf(uses: readonly ChannelUse[]): string {
  if (uses.length === 0) return 'None';
  return uses.length === ALL_CHANNEL_USES.length ? 'All' : uses.map((use) => CHANNEL_NAMES[use]).join(', ');
}

/** What a target says itself; null when it says nothing. */
export function differencesOf(overrides: ChannelOverrides): string | null {
  const told = ALL_CHANNEL_USES.filter((use) => overrides[use] !== undefined);
  if (told.length === 0) return null;
  return told.map((use) => `${CHANNEL_NAMES[use]} ${overrides[use] === true ? 'allowed' : 'withheld'}`).join(', ');
}
