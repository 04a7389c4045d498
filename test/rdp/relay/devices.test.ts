import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ALL_CHANNEL_USES, type ChannelUse } from '../../../src/contract/channel-policy.js';
import {
  DevicePacket,
  RDPDR_CTYP_CORE,
  RDPDR_CTYP_PRN,
  writeDeviceHeader,
} from '../../../src/rdp/drives/device-header.js';
import { DeviceFunction } from '../../../src/rdp/drives/device-io.js';
import { bytesFromUtf16 } from '../../../src/rdp/connection/text.js';
import { Writer } from '../../../src/rdp/wire/writer.js';
import {
  announce,
  answer,
  ask,
  CARD,
  core,
  create,
  type Device,
  DEVICES,
  DRIVE,
  NOBODY,
  PARALLEL,
  PRINTER,
  range,
  read,
  remove,
  SERIAL,
  u32,
} from './device-messages.js';
import { ChannelTalk, chunksOf, give, RDPDR, relayAllowing, sha256 } from './static-support.js';
import { endOf, type Side } from './support.js';

function talk(uses: readonly ChannelUse[], devices: readonly Device[] = DEVICES): ChannelTalk {
  const channel = new ChannelTalk(relayAllowing(uses), RDPDR);
  channel.say('client', announce(devices));
  channel.events.length = 0;
  return channel;
}

describe('redirected devices', () => {
  it.each([
    ['drives', [DRIVE]],
    ['printers', [PRINTER]],
    ['smart-cards', [CARD]],
    ['ports', [SERIAL, PARALLEL]],
    ['audio-output', []],
  ] as const)('of %s alone are announced when policy allows them', (use, kept) => {
    const channel = new ChannelTalk(relayAllowing([use]), RDPDR);
    expect(channel.say('client', announce(DEVICES)).target).toEqual([announce(kept)]);
    const redirected = channel.events.filter(({ data }) => data['action'] === 'redirected');
    expect(redirected.map(({ data }) => data['name'])).toEqual(kept.map(([, , name]) => name));
    expect(channel.events).toHaveLength(DEVICES.length);
  });

  it('are announced byte for byte when all of them are allowed', () => {
    const devices = DEVICES.filter((device) => device !== NOBODY);
    const channel = new ChannelTalk(relayAllowing(ALL_CHANNEL_USES), RDPDR);
    expect(channel.say('client', announce(devices), 30).target).toEqual([announce(devices)]);
  });

  it('that were withheld are neither asked for anything nor heard of', () => {
    const channel = talk(['printers']);
    expect(channel.say('target', ask(1, 0, 1, DeviceFunction.create, create('\\secret.txt')))).toEqual({
      client: [],
      target: [],
    });
    expect(channel.say('client', answer(1, 1, read(Uint8Array.of(1))))).toEqual({ client: [], target: [] });
    expect(channel.say('client', remove([1, 2])).target).toEqual([remove([2])]);
    expect(channel.say('client', remove([1])).target).toEqual([]);
    const printing = writeDeviceHeader({ component: RDPDR_CTYP_PRN, packetId: 0x5543 }).zeros(8).finish();
    expect(channel.say('target', printing).client).toEqual([printing]);
    expect(talk(['drives']).say('target', printing).client).toEqual([]);
  });

  it('withholds messages of no known kind', () => {
    const channel = talk(ALL_CHANNEL_USES);
    for (const side of ['client', 'target'] as const) {
      const unknown = writeDeviceHeader({ component: RDPDR_CTYP_CORE, packetId: 0x1234 }).zeros(8).finish();
      const elsewhere = writeDeviceHeader({ component: 0x1111, packetId: DevicePacket.ioRequest }).zeros(40).finish();
      for (const message of [unknown, elsewhere]) {
        expect(channel.say(side, message)).toEqual({ client: [], target: [] });
      }
    }
  });
});

describe('a file on a redirected drive', () => {
  /** Opens `path` as file 7. */
  function open(channel: ChannelTalk, path: string): void {
    channel.say('target', ask(1, 0, 1, DeviceFunction.create, create(path)));
    channel.say('client', answer(1, 1, new Writer().u32(7).u8(1).finish()));
  }

  function close(channel: ChannelTalk): void {
    channel.say('target', ask(1, 7, 9, DeviceFunction.close));
    channel.say('client', answer(1, 9, new Uint8Array(4)));
  }

  it('is on record at its close, with what was read and written', () => {
    const channel = talk(['drives']);
    const content = Uint8Array.from({ length: 9000 }, (_, at) => at * 7);
    open(channel, '\\folder\\plan.txt');
    for (const offset of [0, 4500]) {
      channel.say('target', ask(1, 7, 2, DeviceFunction.read, range(4500, offset)));
      const part = content.subarray(offset, offset + 4500);
      const got = channel.say('client', answer(1, 2, read(part)), 700);
      expect(got.target).toEqual([answer(1, 2, read(part))]);
    }
    const written = content.subarray(10, 2010);
    const write = ask(1, 7, 3, DeviceFunction.write, range(written.length, 0, written));
    expect(channel.say('target', write, 50).client).toEqual([write]);
    channel.say('client', answer(1, 3, u32(written.length)));
    expect(channel.events).toEqual([]);
    close(channel);
    const file = { device: 'drive', name: 'share', path: '\\folder\\plan.txt', inOrder: true };
    expect(channel.events.map(({ data }) => data)).toEqual([
      { ...file, action: 'read', direction: 'to-target', sizeBytes: 9000, sha256: sha256(content) },
      { ...file, action: 'written', direction: 'to-client', sizeBytes: 2000, sha256: sha256(written) },
    ]);
  });

  it('that was only looked at is not on record', () => {
    const channel = talk(['drives']);
    open(channel, '\\folder');
    close(channel);
    expect(channel.events).toEqual([]);
  });

  it('that was read with a hole says so', () => {
    const channel = talk(['drives']);
    open(channel, '\\a');
    channel.say('target', ask(1, 7, 2, DeviceFunction.read, range(4, 100)));
    channel.say('client', answer(1, 2, read(Uint8Array.of(1, 2, 3, 4))));
    close(channel);
    expect(channel.events.map(({ data }) => data)).toMatchObject([{ action: 'read', inOrder: false, sizeBytes: 4 }]);
  });

  it('is renamed and deleted on record', () => {
    const channel = talk(['drives']);
    open(channel, '\\a.txt');
    const name = bytesFromUtf16('\\b.txt');
    const rename = new Writer()
      .u32(0x0a)
      .u32(6 + name.length)
      .zeros(24)
      .u8(1)
      .u8(0)
      .u32(name.length)
      .bytes(name);
    channel.say('target', ask(1, 7, 2, DeviceFunction.setInformation, rename.finish()));
    channel.say('client', answer(1, 2, u32(0)));
    channel.say(
      'target',
      ask(1, 7, 3, DeviceFunction.setInformation, new Writer().u32(0x0d).u32(0).zeros(24).finish()),
    );
    channel.say('client', answer(1, 3, u32(0)));
    close(channel);
    expect(channel.events.map(({ data }) => [data['action'], data['newPath']])).toEqual([
      ['renamed', '\\b.txt'],
      ['deleted', undefined],
    ]);
  });

  it('that the client could not read or rename is not on record as if it had', () => {
    const channel = talk(['drives']);
    open(channel, '\\a.txt');
    channel.say('target', ask(1, 7, 2, DeviceFunction.read, range(4, 0)));
    channel.say('client', answer(1, 2, read(Uint8Array.of(1)), 0xc000_0022));
    close(channel);
    expect(channel.events).toEqual([]);
  });

  it('is on record when the session ends before it is closed', () => {
    const relay = relayAllowing(['drives']);
    const channel = new ChannelTalk(relay, RDPDR);
    channel.say('client', announce([DRIVE]));
    open(channel, '\\a');
    channel.say('target', ask(1, 7, 3, DeviceFunction.write, range(2, 0, Uint8Array.of(1, 2))));
    channel.take(relay.close());
    expect(channel.events.at(-1)?.data).toMatchObject({ action: 'written', path: '\\a', sizeBytes: 2 });
  });

  it('that is closed or was never opened is on record with what passes through it all the same', () => {
    const relay = relayAllowing(['drives']);
    const channel = new ChannelTalk(relay, RDPDR);
    channel.say('client', announce([DRIVE]));
    open(channel, '\\a');
    close(channel);
    expect(channel.events.map(({ data }) => data['action'])).toEqual(['redirected']);
    const write = ask(1, 7, 3, DeviceFunction.write, range(3, 0, Uint8Array.of(1, 2, 3)));
    expect(channel.say('target', write).client).toEqual([write]);
    channel.say('target', ask(1, 8, 4, DeviceFunction.read, range(2, 0)));
    channel.say('client', answer(1, 4, read(Uint8Array.of(4, 5))));
    const rename = new Writer().u32(0x0d).u32(0).zeros(24).finish();
    channel.say('target', ask(1, 9, 5, DeviceFunction.setInformation, rename));
    channel.say('client', answer(1, 5, u32(0)));
    channel.take(relay.close());
    const file = { device: 'drive', name: 'share', path: '', notOpen: true };
    expect(channel.events.slice(1).map(({ data }) => data)).toMatchObject([
      { ...file, action: 'written', direction: 'to-client', sizeBytes: 3, sha256: sha256(Uint8Array.of(1, 2, 3)) },
      { ...file, action: 'read', direction: 'to-target', sizeBytes: 2, sha256: sha256(Uint8Array.of(4, 5)) },
      { ...file, action: 'deleted' },
    ]);
  });

  it('is a print job on a printer', () => {
    const channel = talk(['printers']);
    channel.say('target', ask(2, 0, 1, DeviceFunction.create, create('')));
    channel.say('client', answer(2, 1, u32(5)));
    channel.say('target', ask(2, 5, 2, DeviceFunction.write, range(3, 0, Uint8Array.of(1, 2, 3))));
    channel.say('client', answer(2, 2, u32(3)));
    channel.say('target', ask(2, 5, 3, DeviceFunction.close));
    channel.say('client', answer(2, 3, u32(0)));
    expect(channel.events.map(({ data }) => data)).toMatchObject([
      { device: 'printer', name: 'PRN1', action: 'printed', sizeBytes: 3, sha256: sha256(Uint8Array.of(1, 2, 3)) },
    ]);
  });
});

describe('the device channel', () => {
  it('ends the session for more devices or requests than there can be', () => {
    const relay = relayAllowing(['drives']);
    const list = core(DevicePacket.deviceListAnnounce).u32(10_000).zeros(200).finish();
    const [frame = new Uint8Array(0)] = chunksOf('client', RDPDR, list);
    expect(endOf(give(relay, 'client', frame))?.reason).toBe('client-protocol-error');
  });

  it('takes whatever either side says without an error of its own', () => {
    const packet = fc.constantFrom(...Object.values(DevicePacket));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom<Side>('client', 'target'), packet, fc.uint8Array({ maxLength: 90 })), {
          maxLength: 12,
        }),
        (messages) => {
          const relay = relayAllowing(ALL_CHANNEL_USES);
          for (const [side, packetId, data] of messages) {
            for (const frame of chunksOf(side, RDPDR, core(packetId).bytes(data).finish())) give(relay, side, frame);
          }
          relay.close();
        },
      ),
    );
  });
});
