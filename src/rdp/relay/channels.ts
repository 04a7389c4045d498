/** The MCS channels of one session: which id is what, and which are withheld. */

export interface StaticChannel {
  readonly name: string;
  readonly withheld: boolean;
}

export class ChannelMap {
  readonly ioChannelId: number;
  readonly #messageChannelId: number;
  readonly #byId = new Map<number, StaticChannel>();

  /** `messageChannelId` is 0 when there is none. */
  constructor(
    ioChannelId: number,
    messageChannelId: number,
    channels: readonly StaticChannel[],
    channelIds: readonly number[],
  ) {
    this.ioChannelId = ioChannelId;
    this.#messageChannelId = messageChannelId;
    for (const [index, channel] of channels.entries()) {
      const id = channelIds[index];
      if (id !== undefined && id !== 0) this.#byId.set(id, channel);
    }
  }

  /** True for the message channel; for no id when there is none. */
  isMessageChannel(channelId: number): boolean {
    return this.#messageChannelId !== 0 && channelId === this.#messageChannelId;
  }

  /** The static channel with this id; undefined for all other ids. */
  get(channelId: number): StaticChannel | undefined {
    return this.#byId.get(channelId);
  }
}
