/** What may pass through a session besides picture and input. Each use is allowed or withheld on the wire. */

/** Every use of a channel, with what it is. */
export const CHANNEL_USES = {
  'clipboard-to-target': 'what the client copied may be pasted on the target',
  'clipboard-to-client': 'what was copied on the target may be pasted at the client',
  drives: 'folders of the client, as drives of the target',
  printers: 'printers of the client',
  ports: 'serial and parallel ports of the client',
  'smart-cards': 'smart card readers of the client',
  'audio-output': 'sound from the target to the client',
  'audio-input': 'sound from the client to the target',
  other: 'channels that are none of these; a recorded session has few of them in any case',
} as const;

export type ChannelUse = keyof typeof CHANNEL_USES;

/** The uses that are allowed. */
export type ChannelPolicy = ReadonlySet<ChannelUse>;

export const ALL_CHANNEL_USES: readonly ChannelUse[] = Object.keys(CHANNEL_USES) as ChannelUse[];

/** Whether each use is allowed at one target; where it does not say, the gateway's own setting holds. */
export type ChannelOverrides = { readonly [Use in ChannelUse]?: boolean };

export function isChannelUse(text: string): text is ChannelUse {
  return Object.hasOwn(CHANNEL_USES, text);
}

/** The gateway's policy with what a target says differently. */
export function channelPolicy(ofGateway: ChannelPolicy, ofTarget: ChannelOverrides): ChannelPolicy {
  return new Set(ALL_CHANNEL_USES.filter((use) => ofTarget[use] ?? ofGateway.has(use)));
}
