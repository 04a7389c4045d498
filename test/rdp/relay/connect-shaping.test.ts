import { describe, expect, it } from 'vitest';
import {
  COMPRESSION_TYPE_MASK,
  COMPRESSION_TYPE_SHIFT,
  decodeClientInfo,
  encodeClientInfo,
  INFO_COMPRESSION,
  INFO_HIDEF_RAIL_SUPPORTED,
  INFO_RAIL,
} from '../../../src/rdp/connection/client-info.js';
import {
  type ClientDataBlock,
  findClientBlock,
  REDIRECTED_SESSIONID_FIELD_VALID,
  REDIRECTION_SUPPORTED,
} from '../../../src/rdp/connection/gcc/client-data-blocks.js';
import {
  RNS_UD_CS_RELATIVE_MOUSE_INPUT,
  RNS_UD_CS_SUPPORT_DYNVC_GFX_PROTOCOL,
} from '../../../src/rdp/connection/gcc/client-core-data.js';
import {
  CHANNEL_OPTION_COMPRESS,
  CHANNEL_OPTION_COMPRESS_RDP,
  CHANNEL_OPTION_INITIALIZED,
} from '../../../src/rdp/connection/gcc/client-network-data.js';
import { findServerBlock } from '../../../src/rdp/connection/gcc/server-data-blocks.js';
import { decodeSecurityHeader, encodeSecured, SEC_INFO_PKT } from '../../../src/rdp/connection/security-header.js';
import { PROTOCOL_HYBRID, PROTOCOL_SSL } from '../../../src/rdp/connection/security-protocols.js';
import type { ChannelUse } from '../../../src/contract/channel-policy.js';
import { Relay } from '../../../src/rdp/relay/relay.js';
import { MAX_BULK_COMPRESSION_TYPE } from '../../../src/contract/capability-table.js';
import { Reader } from '../../../src/rdp/wire/reader.js';
import {
  CAPTURE_NAMES,
  captured,
  clientBlocks,
  connectInitialWith,
  connectResponseWith,
  conversation,
  endOf,
  IO_CHANNEL,
  ioFromClient,
  policy,
  sentTo,
  serverBlocks,
  userDataTo,
} from './support.js';

/** The blocks that a target gets of a Connect-Initial. */
function shapedInitial(frame: Uint8Array, recorded: boolean, change = {}): readonly ClientDataBlock[] {
  const [sent] = sentTo('target', new Relay(policy(recorded, change)).fromClient(frame));
  return clientBlocks(sent ?? new Uint8Array(0));
}

function channelsOf(blocks: readonly ClientDataBlock[]) {
  return findClientBlock(blocks, 'network')?.channels ?? [];
}

/** The recorded Connect-Initial with other core data. */
function withCore(change: Record<string, number>): Uint8Array {
  return connectInitialWith((blocks) =>
    blocks.map((block) => (block.kind === 'core' ? { ...block, ...change } : block)),
  );
}

const UNKNOWN = { kind: 'unknown', type: 0xc0ff, data: Uint8Array.of(1, 2, 3) } as const;

describe('the relay shapes the Connect-Initial', () => {
  it('tells the target which protocol its own leg has (2.2.1.3.2)', () => {
    const frame = withCore({ serverSelectedProtocol: PROTOCOL_HYBRID });
    for (const recorded of [true, false]) {
      const blocks = shapedInitial(frame, recorded, { targetSelectedProtocol: PROTOCOL_SSL });
      expect(findClientBlock(blocks, 'core')?.serverSelectedProtocol).toBe(PROTOCOL_SSL);
    }
  });

  it('asks for all colours in the place of a browser, whose client draws 16 bits a pixel askew (2.2.1.3.2)', () => {
    const few = { highColorDepth: 16, supportedColorDepths: 0x0002, earlyCapabilityFlags: 0x0001 };
    const frame = withCore(few);
    const all = { highColorDepth: 24, supportedColorDepths: 0x000a, earlyCapabilityFlags: 0x0003 };
    for (const recorded of [true, false]) {
      expect(findClientBlock(shapedInitial(frame, recorded, { browser: true }), 'core')).toMatchObject(all);
      expect(findClientBlock(shapedInitial(frame, recorded), 'core')).toMatchObject(few);
    }
  });

  it('says a build of today in the place of a browser, without which xrdp resizes nothing and draws all the same (2.2.1.3.2)', () => {
    const builds = (clientBuild: number, browser: boolean) =>
      [true, false].map((recorded) => {
        const blocks = shapedInitial(withCore({ clientBuild }), recorded, { browser });
        return findClientBlock(blocks, 'core')?.clientBuild;
      });
    expect(builds(70, true)).toEqual([2600, 2600]);
    expect(builds(22_621, true)).toEqual([22_621, 22_621]);
    expect(builds(70, false)).toEqual([70, 70]);
  });

  it('does not add the field to core data of a client that is too old to send it', () => {
    const old = {
      connectionType: null,
      pad1octet: null,
      serverSelectedProtocol: null,
      desktopPhysicalWidth: null,
      desktopPhysicalHeight: null,
      desktopOrientation: null,
      desktopScaleFactor: null,
      deviceScaleFactor: null,
    };
    const frame = connectInitialWith((blocks) =>
      blocks.map((block) => (block.kind === 'core' ? { ...block, ...old } : block)),
    );
    expect(findClientBlock(shapedInitial(frame, true), 'core')?.serverSelectedProtocol).toBeNull();
  });

  it('[invariant 2] asks for no graphics pipeline that is not offered, and for nothing less otherwise', () => {
    const flags = RNS_UD_CS_SUPPORT_DYNVC_GFX_PROTOCOL | 0x0001;
    const frame = withCore({ earlyCapabilityFlags: flags });
    const shaped = (recorded: boolean, change: { gfxOffer?: null } = {}) =>
      findClientBlock(shapedInitial(frame, recorded, change), 'core')?.earlyCapabilityFlags;
    expect(shaped(true, { gfxOffer: null })).toBe(0x0001);
    expect(shaped(true)).toBe(flags);
    expect(shaped(false)).toBe(flags);
  });

  it('asks for no relative mouse input in a recorded session: the recording could not follow the pointer', () => {
    const flags = RNS_UD_CS_RELATIVE_MOUSE_INPUT | 0x0001;
    const frame = withCore({ earlyCapabilityFlags: flags });
    expect(findClientBlock(shapedInitial(frame, true), 'core')?.earlyCapabilityFlags).toBe(0x0001);
    expect(findClientBlock(shapedInitial(frame, false), 'core')?.earlyCapabilityFlags).toBe(flags);
  });

  it('[invariant 2] keeps the slot of a withheld channel under a name that means nothing', () => {
    const names = ['rdpdr', 'rail', 'cliprdr', 'drdynvc', 'TSMF', 'RDPSND'];
    const frame = connectInitialWith((blocks) =>
      blocks.map((block) =>
        block.kind === 'network' ? { ...block, channels: names.map((name) => ({ name, options: 0 })) } : block,
      ),
    );
    const shaped = channelsOf(shapedInitial(frame, true)).map(({ name }) => name);
    expect(shaped).toEqual(['rdpdr', 'none1', 'cliprdr', 'drdynvc', 'none4', 'RDPSND']);
    expect(channelsOf(shapedInitial(frame, false)).map(({ name }) => name)).toEqual(names);
  });

  it('withholds the channels of a session that is not recorded by policy alone', () => {
    const names = ['rdpdr', 'rail', 'cliprdr', 'drdynvc', 'mine', 'rdpsnd'];
    const frame = connectInitialWith((blocks) =>
      blocks.map((block) =>
        block.kind === 'network' ? { ...block, channels: names.map((name) => ({ name, options: 0 })) } : block,
      ),
    );
    const shaped = (...uses: ChannelUse[]) =>
      channelsOf(shapedInitial(frame, false, { channels: new Set(uses) })).map(({ name }) => name);
    expect(shaped()).toEqual(['none0', 'rail', 'none2', 'drdynvc', 'none4', 'none5']);
    expect(shaped('clipboard-to-client')).toEqual(['none0', 'rail', 'cliprdr', 'drdynvc', 'none4', 'none5']);
    expect(shaped('smart-cards', 'other')).toEqual(['rdpdr', 'rail', 'none2', 'drdynvc', 'mine', 'none5']);
    // Servers play sound only to clients that have a channel for devices.
    expect(shaped('audio-output')).toEqual(['rdpdr', 'rail', 'none2', 'drdynvc', 'none4', 'rdpsnd']);
  });

  it('turns compression of channels off, recorded or not: their messages are looked into', () => {
    const options = CHANNEL_OPTION_INITIALIZED | CHANNEL_OPTION_COMPRESS | CHANNEL_OPTION_COMPRESS_RDP;
    const frame = connectInitialWith((blocks) =>
      blocks.map((block) =>
        block.kind === 'network' ? { ...block, channels: [{ name: 'cliprdr', options: options >>> 0 }] } : block,
      ),
    );
    expect(channelsOf(shapedInitial(frame, true))[0]?.options).toBe(CHANNEL_OPTION_INITIALIZED);
    expect(channelsOf(shapedInitial(frame, false))[0]?.options).toBe(CHANNEL_OPTION_INITIALIZED);
  });

  it('drops the multitransport block, recorded or not: UDP does not pass through the gateway', () => {
    for (const recorded of [true, false]) {
      const blocks = shapedInitial(captured('xfreerdp').client[0] ?? new Uint8Array(0), recorded);
      expect(findClientBlock(blocks, 'multitransport')).toBeUndefined();
      expect(findClientBlock(blocks, 'message-channel')).toBeDefined();
    }
  });

  it('offers to be redirected only when the client itself comes from a redirection', () => {
    for (const [flags, expected] of [
      [REDIRECTION_SUPPORTED, 0],
      [REDIRECTION_SUPPORTED | REDIRECTED_SESSIONID_FIELD_VALID, 3],
    ] as const) {
      const frame = connectInitialWith((blocks) =>
        blocks.map((block) => (block.kind === 'cluster' ? { ...block, flags } : block)),
      );
      expect(findClientBlock(shapedInitial(frame, true), 'cluster')?.flags).toBe(expected);
    }
  });

  it('[invariant 2] withholds blocks that it does not know from a recorded session, and from no other', () => {
    const frame = connectInitialWith((blocks) => [...blocks, UNKNOWN]);
    expect(shapedInitial(frame, true)).not.toContainEqual(UNKNOWN);
    expect(shapedInitial(frame, false)).toContainEqual(UNKNOWN);
  });

  it('changes nothing else: what the target gets of an unrecorded rdesktop is what rdesktop sent', () => {
    const [frame] = captured('rdesktop').client;
    const change = { targetSelectedProtocol: PROTOCOL_SSL };
    const expected = clientBlocks(frame ?? new Uint8Array(0)).map((block) =>
      block.kind === 'cluster' ? { ...block, flags: block.flags & ~REDIRECTION_SUPPORTED } : block,
    );
    expect(shapedInitial(frame ?? new Uint8Array(0), false, change)).toEqual(expected);
  });
});

describe('the relay shapes the Connect-Response', () => {
  const answer = (frame: Uint8Array, recorded = true, change = {}) => {
    const relay = new Relay(policy(recorded, change));
    relay.fromClient(captured('xfreerdp').client[0] ?? new Uint8Array(0));
    return relay.fromTarget(frame);
  };
  const shaped = (frame: Uint8Array, recorded = true, change = {}) =>
    serverBlocks(sentTo('client', answer(frame, recorded, change))[0] ?? new Uint8Array(0));

  it('tells the client what it requested itself (2.2.1.4.2)', () => {
    const requested = PROTOCOL_SSL | PROTOCOL_HYBRID;
    const [frame] = captured('xfreerdp').target;
    for (const recorded of [true, false]) {
      const blocks = shaped(frame ?? new Uint8Array(0), recorded, { clientRequestedProtocols: requested });
      expect(findServerBlock(blocks, 'core')?.clientRequestedProtocols).toBe(requested);
    }
  });

  it('drops the multitransport block, recorded or not', () => {
    const frame = connectResponseWith((blocks) => [...blocks, { kind: 'multitransport', flags: 1 }]);
    for (const recorded of [true, false]) {
      expect(findServerBlock(shaped(frame, recorded), 'multitransport')).toBeUndefined();
    }
  });

  it('withholds blocks that it does not know from a recorded session, and from no other', () => {
    const frame = connectResponseWith((blocks) => [...blocks, UNKNOWN]);
    expect(shaped(frame, true)).not.toContainEqual(UNKNOWN);
    expect(shaped(frame, false)).toContainEqual(UNKNOWN);
  });

  it('refuses a target that encrypts inside TLS: nothing of it could be read', () => {
    const frame = connectResponseWith((blocks) =>
      blocks.map((block) =>
        block.kind === 'security' ? { ...block, encryptionMethod: 2, encryptionLevel: 2 } : block,
      ),
    );
    expect(endOf(answer(frame))?.reason).toBe('target-protocol-error');
  });

  it.each([
    ['the I/O channel is a static one too', { mcsChannelId: 1005, channelIds: [1004, 1005, 1006, 1007] }, 0],
    ['two static channels share an id', { mcsChannelId: 1003, channelIds: [1004, 1004, 1006, 1007] }, 0],
    ['the message channel is a withheld one', { mcsChannelId: 1003, channelIds: [1004, 1005, 1006, 1007] }, 1007],
  ])(
    '[invariant 2] refuses ids with two meanings, of which each peer would choose its own: %s',
    (_, network, message) => {
      const frame = connectResponseWith((blocks) => [
        ...blocks.map((block) => (block.kind === 'network' ? { ...block, ...network } : block)),
        { kind: 'message-channel', mcsChannelId: message },
      ]);
      expect(endOf(answer(frame))).toMatchObject({ reason: 'target-protocol-error' });
      expect(sentTo('client', answer(frame))).toEqual([]);
    },
  );

  it('knows channels without an id: they carry nothing', () => {
    const frame = connectResponseWith((blocks) =>
      blocks.map((block) => (block.kind === 'network' ? { ...block, channelIds: [1004, 0, 0, 1007] } : block)),
    );
    expect(endOf(answer(frame))).toBeUndefined();
  });
});

describe('the relay shapes Client Info', () => {
  const captureInfo = () => {
    const frame = captured('xfreerdp').client.at(-1) ?? new Uint8Array(0);
    const [userData] = [frame.subarray(15)];
    const reader = new Reader(userData, 'test');
    decodeSecurityHeader(reader);
    return decodeClientInfo(reader);
  };

  function send(recorded: boolean, change: { flags?: number; domain?: string }) {
    const relay = new Relay(policy(recorded));
    for (const { from, pdu } of conversation('xfreerdp').slice(0, -2)) {
      if (from === 'client') relay.fromClient(pdu);
      else relay.fromTarget(pdu);
    }
    const info = encodeClientInfo({ ...captureInfo(), ...change });
    const outputs = relay.fromClient(
      ioFromClient(encodeSecured({ flags: SEC_INFO_PKT, flagsHi: 0 }, info), IO_CHANNEL),
    );
    const reader = new Reader(userDataTo('target', outputs), 'test');
    decodeSecurityHeader(reader);
    return { outputs, info: decodeClientInfo(reader) };
  }

  const typeOf = (flags: number) => (flags & COMPRESSION_TYPE_MASK) >>> COMPRESSION_TYPE_SHIFT;
  const flagsOf = (type: number, others = 0) => (captureInfo().flags & ~COMPRESSION_TYPE_MASK) | others | (type << 9);

  it('[invariant 2] offers no compression that the recorder does not undo', () => {
    for (let type = 0; type <= 15; type += 1) {
      const flags = flagsOf(type, INFO_COMPRESSION) >>> 0;
      expect(typeOf(send(true, { flags }).info.flags)).toBe(Math.min(type, MAX_BULK_COMPRESSION_TYPE));
      expect(send(false, { flags }).info.flags).toBe(flags);
    }
  });

  it('[invariant 2] offers no remote applications in a recorded session', () => {
    const flags = flagsOf(1, INFO_RAIL | INFO_HIDEF_RAIL_SUPPORTED) >>> 0;
    expect(send(true, { flags }).info.flags & (INFO_RAIL | INFO_HIDEF_RAIL_SUPPORTED)).toBe(0);
    expect(send(false, { flags }).info.flags).toBe(flags);
  });

  it('leaves names and passwords as they are', () => {
    expect(send(true, {}).info).toMatchObject({ userName: 'fixture', password: 'not-a-secret' });
  });

  it('[invariant 1] says that Entra ID shows in the domain before the target is told', () => {
    const accounts = [
      { domain: 'AzureAD' },
      { domain: 'azuread' },
      { domain: 'AzureAD\0' },
      { domain: '', userName: '.\\AzureAD\\ada' },
    ];
    for (const account of accounts) {
      const { outputs } = send(true, account);
      expect(outputs.map(({ type }) => type)).toEqual(['entra-seen', 'send']);
    }
    expect(send(true, { domain: 'corp' }).outputs.map(({ type }) => type)).toEqual(['send']);
  });
});

describe('an unrecorded connection', () => {
  it.each(CAPTURE_NAMES)('of %s passes byte for byte behind the Connect PDUs', (name) => {
    const relay = new Relay(policy(false));
    for (const [index, { from, pdu }] of conversation(name).entries()) {
      const outputs = from === 'client' ? relay.fromClient(pdu) : relay.fromTarget(pdu);
      expect(endOf(outputs)).toBeUndefined();
      if (index < 2) continue;
      const to = from === 'client' ? 'target' : 'client';
      expect(sentTo(to, outputs).map((bytes) => Buffer.from(bytes))).toEqual([Buffer.from(pdu)]);
    }
  });
});
