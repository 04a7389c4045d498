import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ClientCoreData } from '../../../src/rdp/connection/gcc/client-core-data.js';
import {
  decodeClientDataBlocks,
  encodeClientDataBlocks,
  findClientBlock,
  type ClientDataBlock,
} from '../../../src/rdp/connection/gcc/client-data-blocks.js';
import {
  decodeConferenceCreateRequest,
  encodeConferenceCreateRequest,
} from '../../../src/rdp/connection/gcc/conference-create-request.js';
import {
  decodeConferenceCreateResponse,
  DEFAULT_NODE_ID,
  encodeConferenceCreateResponse,
  type ConferenceCreateResponse,
} from '../../../src/rdp/connection/gcc/conference-create-response.js';
import {
  decodeServerDataBlocks,
  encodeServerDataBlocks,
  findServerBlock,
  type ServerDataBlock,
} from '../../../src/rdp/connection/gcc/server-data-blocks.js';
import { codeOf, expectOnlyDecodeErrors, expectTruncations, hex, over } from './helpers.js';

const u8 = fc.integer({ min: 0, max: 0xff });
const u16 = fc.integer({ min: 0, max: 0xffff });
const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const i32 = fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff });
const sized = (size: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: size, maxLength: size });
const trailing = fc.uint8Array({ minLength: 1, maxLength: 9 });

const wholeCore = fc.record({
  version: u32,
  desktopWidth: u16,
  desktopHeight: u16,
  colorDepth: u16,
  sasSequence: u16,
  keyboardLayout: u32,
  clientBuild: u32,
  clientName: sized(32),
  keyboardType: u32,
  keyboardSubType: u32,
  keyboardFunctionKey: u32,
  imeFileName: sized(64),
  postBeta2ColorDepth: u16,
  clientProductId: u16,
  serialNumber: u32,
  highColorDepth: u16,
  supportedColorDepths: u16,
  earlyCapabilityFlags: u16,
  clientDigProductId: sized(64),
  connectionType: u8,
  pad1octet: u8,
  serverSelectedProtocol: u32,
  desktopPhysicalWidth: u32,
  desktopPhysicalHeight: u32,
  desktopOrientation: u16,
  desktopScaleFactor: u32,
  deviceScaleFactor: u32,
});

const OPTIONAL_FIELDS = [
  'postBeta2ColorDepth',
  'clientProductId',
  'serialNumber',
  'highColorDepth',
  'supportedColorDepths',
  'earlyCapabilityFlags',
  'clientDigProductId',
  'connectionType',
  'pad1octet',
  'serverSelectedProtocol',
  'desktopPhysicalWidth',
  'desktopPhysicalHeight',
  'desktopOrientation',
  'desktopScaleFactor',
  'deviceScaleFactor',
] as const;

/** Core data as a client sends it whose version knows the first `present` optional fields. */
function cutCore(core: ClientCoreData, present: number): ClientCoreData {
  const absent = Object.fromEntries(OPTIONAL_FIELDS.slice(present).map((field) => [field, null]));
  return { ...core, ...absent };
}

const coreBlock = fc
  .tuple(wholeCore, fc.integer({ min: 0, max: OPTIONAL_FIELDS.length }))
  .map(([core, present]) => ({ kind: 'core' as const, ...cutCore(core, present) }));
const channelName = fc.string({ unit: fc.constantFrom('a', 'Z', '0', '_', 'é'), maxLength: 7 });
const networkBlock = fc.record({
  kind: fc.constant('network' as const),
  channels: fc.array(fc.record({ name: channelName, options: u32 }), { maxLength: 31 }),
});
const monitorBlock = fc.record({
  kind: fc.constant('monitor' as const),
  flags: u32,
  monitors: fc.array(fc.record({ left: i32, top: i32, right: i32, bottom: i32, flags: u32 }), { maxLength: 16 }),
});
const attributes = fc.record({
  physicalWidth: u32,
  physicalHeight: u32,
  orientation: u32,
  desktopScaleFactor: u32,
  deviceScaleFactor: u32,
});
const anyClientBlock: fc.Arbitrary<ClientDataBlock> = fc.oneof(
  coreBlock,
  fc.record({
    kind: fc.constant('security' as const),
    encryptionMethods: u32,
    extEncryptionMethods: fc.option(u32),
  }),
  networkBlock,
  fc.record({ kind: fc.constant('network' as const), channels: fc.constant([]), trailing }),
  fc.record({ kind: fc.constant('cluster' as const), flags: u32, redirectedSessionId: u32 }),
  fc.record({ kind: fc.constant('cluster' as const), flags: u32, redirectedSessionId: u32, trailing }),
  monitorBlock,
  fc.record({
    kind: fc.constant('monitor-extended' as const),
    flags: u32,
    monitors: fc.array(attributes, { maxLength: 16 }),
  }),
  fc.record({ kind: fc.constantFrom('message-channel' as const, 'multitransport' as const), flags: u32 }),
  fc.record({
    kind: fc.constant('unknown' as const),
    type: fc.integer({ min: 0xc00b, max: 0xc0ff }),
    data: fc.uint8Array({ maxLength: 40 }),
  }),
);
const blockType = (block: { kind: string; type?: number }): string => `${block.kind} ${block.type ?? ''}`;
const anyClientData = fc.uniqueArray(anyClientBlock, { maxLength: 10, selector: blockType });

describe('client data blocks', () => {
  it('round-trip in their order, with every number of optional fields', () => {
    fc.assert(
      fc.property(anyClientData, (blocks) => {
        expect(decodeClientDataBlocks(over(encodeClientDataBlocks(blocks)))).toEqual(blocks);
      }),
      { numRuns: 300 },
    );
  });

  it('throw "truncated" at every missing byte inside a block, and nothing but DecodeError for noise', () => {
    fc.assert(
      fc.property(anyClientBlock, fc.uint8Array({ maxLength: 200 }), (block, noise) => {
        const bytes = encodeClientDataBlocks([block]);
        for (let length = 1; length < bytes.length; length++) {
          expect(codeOf(() => decodeClientDataBlocks(over(bytes.slice(0, length))))).toBe('truncated');
        }
        expectOnlyDecodeErrors(noise, decodeClientDataBlocks);
      }),
      { numRuns: 50 },
    );
  });

  it('refuse a block that comes twice: peers disagree about which of them counts', () => {
    const twice = hex('03c0 0800 00000000  03c0 0800 00000000');
    expect(codeOf(() => decodeClientDataBlocks(over(twice)))).toBe('invalid');
    expect(codeOf(() => decodeClientDataBlocks(over(hex('77c0 0400 77c0 0400'))))).toBe('invalid');
  });

  it('refuse hostile counts before anything is made for them', () => {
    expect(codeOf(() => decodeClientDataBlocks(over(hex('03c0 0800 ffffffff'))))).toBe('limit');
    expect(codeOf(() => decodeClientDataBlocks(over(hex('03c0 0800 20000000'))))).toBe('limit');
    expect(codeOf(() => decodeClientDataBlocks(over(hex('05c0 0c00 00000000 ffffffff'))))).toBe('limit');
    expect(codeOf(() => decodeClientDataBlocks(over(hex('08c0 1000 00000000 14000000 11000000'))))).toBe('limit');
    expect(codeOf(() => decodeClientDataBlocks(over(hex('08c0 1000 00000000 13000000 00000000'))))).toBe('invalid');
    expect(codeOf(() => decodeClientDataBlocks(over(hex('03c0 0300 ffffffff'))))).toBe('invalid');
    expect(codeOf(() => decodeClientDataBlocks(over(hex('03c0 ffff 00000000'))))).toBe('truncated');
    const many = Array.from({ length: 33 }, (_, type) => [type, 0, 4, 0]).flat();
    expect(codeOf(() => decodeClientDataBlocks(over(Uint8Array.from(many))))).toBe('limit');
  });

  it('refuse a channel name without terminator, and names that do not fit', () => {
    expect(codeOf(() => decodeClientDataBlocks(over(hex('03c0 1400 01000000 6161616161616161 00000000'))))).toBe(
      'invalid',
    );
    for (const name of ['12345678', 'a\0b', 'Ж']) {
      const block: ClientDataBlock = { kind: 'network', channels: [{ name, options: 0 }] };
      expect(() => encodeClientDataBlocks([block])).toThrow(RangeError);
    }
  });

  it('refuse to encode core data with a hole', () => {
    fc.assert(
      fc.property(wholeCore, fc.constantFrom(...OPTIONAL_FIELDS.slice(0, -1)), (core, field) => {
        const hole: ClientDataBlock = { kind: 'core', ...core, [field]: null };
        expect(() => encodeClientDataBlocks([hole])).toThrow(RangeError);
      }),
      { numRuns: 30 },
    );
  });

  it('are found by kind', () => {
    const blocks: ClientDataBlock[] = [
      { kind: 'cluster', flags: 0x0d, redirectedSessionId: 7 },
      { kind: 'message-channel', flags: 0 },
    ];
    expect(findClientBlock(blocks, 'cluster')?.redirectedSessionId).toBe(7);
    expect(findClientBlock(blocks, 'multitransport')).toBeUndefined();
  });
});

const anyServerBlock: fc.Arbitrary<ServerDataBlock> = fc.oneof(
  fc.record({
    kind: fc.constant('core' as const),
    version: u32,
    clientRequestedProtocols: fc.constant(null),
    earlyCapabilityFlags: fc.constant(null),
  }),
  fc.record({
    kind: fc.constant('core' as const),
    version: u32,
    clientRequestedProtocols: u32,
    earlyCapabilityFlags: fc.option(u32),
  }),
  fc.record({
    kind: fc.constant('security' as const),
    encryptionMethod: u32,
    encryptionLevel: u32,
    keys: fc.option(fc.record({ serverRandom: sized(32), serverCertificate: fc.uint8Array({ maxLength: 100 }) })),
  }),
  fc.record({
    kind: fc.constant('network' as const),
    mcsChannelId: u16,
    channelIds: fc.array(u16, { maxLength: 31 }),
  }),
  fc.record({ kind: fc.constant('message-channel' as const), mcsChannelId: u16, trailing }),
  fc.record({ kind: fc.constant('message-channel' as const), mcsChannelId: u16 }),
  fc.record({ kind: fc.constant('multitransport' as const), flags: u32 }),
  fc.record({
    kind: fc.constant('unknown' as const),
    type: fc.integer({ min: 0x0c09, max: 0x0cff }),
    data: fc.uint8Array({ maxLength: 40 }),
  }),
);
const anyServerData = fc.uniqueArray(anyServerBlock, { maxLength: 6, selector: blockType });

describe('server data blocks', () => {
  it('round-trip in their order', () => {
    fc.assert(
      fc.property(anyServerData, (blocks) => {
        expect(decodeServerDataBlocks(over(encodeServerDataBlocks(blocks)))).toEqual(blocks);
      }),
      { numRuns: 300 },
    );
  });

  it('throw "truncated" at every missing byte inside a block, and nothing but DecodeError for noise', () => {
    fc.assert(
      fc.property(anyServerBlock, fc.uint8Array({ maxLength: 100 }), (block, noise) => {
        const bytes = encodeServerDataBlocks([block]);
        for (let length = 1; length < bytes.length; length++) {
          expect(codeOf(() => decodeServerDataBlocks(over(bytes.slice(0, length))))).toBe('truncated');
        }
        expectOnlyDecodeErrors(noise, decodeServerDataBlocks);
      }),
      { numRuns: 50 },
    );
  });

  it('pad an odd number of channels to a multiple of four', () => {
    const odd: ServerDataBlock = { kind: 'network', mcsChannelId: 1003, channelIds: [1004, 1005, 1006] };
    expect(encodeServerDataBlocks([odd])).toEqual(hex('030c 1000 eb03 0300 ec03 ed03 ee03 0000'));
    expect(decodeServerDataBlocks(over(hex('030c 0e00 eb03 0300 ec03 ed03 ee03')))).toEqual([odd]);
  });

  it('refuse hostile counts and lengths, and a block that comes twice', () => {
    expect(codeOf(() => decodeServerDataBlocks(over(hex('030c 0800 eb03 ffff'))))).toBe('limit');
    const keys = hex('020c 1400 02000000 02000000 ffffffff ffffffff');
    expect(codeOf(() => decodeServerDataBlocks(over(keys)))).toBe('truncated');
    expect(codeOf(() => decodeServerDataBlocks(over(hex('040c 0600 eb03 040c 0600 eb03'))))).toBe('invalid');
  });

  it('are found by kind', () => {
    const blocks: ServerDataBlock[] = [{ kind: 'network', mcsChannelId: 1003, channelIds: [] }];
    expect(findServerBlock(blocks, 'network')?.mcsChannelId).toBe(1003);
    expect(findServerBlock(blocks, 'message-channel')).toBeUndefined();
  });
});

/** The key of T.124's connect data: a choice and an object identifier. */
const CONNECT_DATA_KEY_BYTES = 7;

describe('GCC conference', () => {
  it('create request round-trips, and throws "truncated" at every missing byte', () => {
    fc.assert(
      fc.property(anyClientData, (clientData) => {
        const pdu = encodeConferenceCreateRequest({ clientData });
        expect(decodeConferenceCreateRequest(over(pdu))).toEqual({ clientData });
        expectTruncations(pdu, decodeConferenceCreateRequest);
      }),
      { numRuns: 10 },
    );
  });

  it('takes a create request whose length leaves out the one before the user data, as IronRDP sends it', () => {
    fc.assert(
      fc.property(anyClientData, (clientData) => {
        const pdu = encodeConferenceCreateRequest({ clientData });
        const lengthAt = CONNECT_DATA_KEY_BYTES;
        fc.pre(((pdu[lengthAt] ?? 0) & 0x80) !== 0);
        const shorter = pdu.slice();
        const view = new DataView(shorter.buffer);
        view.setUint16(lengthAt, view.getUint16(lengthAt) - 2);
        fc.pre((view.getUint16(lengthAt) & 0x7fff) >= 0x80);
        expect(decodeConferenceCreateRequest(over(shorter))).toEqual({ clientData });
        view.setUint16(lengthAt, view.getUint16(lengthAt) - 1);
        expect(codeOf(() => decodeConferenceCreateRequest(over(shorter)))).toBe('invalid');
      }),
      { numRuns: 10 },
    );
  });

  it('create response round-trips, and throws "truncated" at every missing byte', () => {
    const anyResponse: fc.Arbitrary<ConferenceCreateResponse> = fc.record({
      nodeId: fc.integer({ min: 1001, max: 0xffff }),
      tag: u8,
      result: fc.integer({ min: 0, max: 7 }),
      serverData: anyServerData,
    });
    fc.assert(
      fc.property(anyResponse, (response) => {
        const pdu = encodeConferenceCreateResponse(response);
        expect(decodeConferenceCreateResponse(over(pdu))).toEqual(response);
        expectTruncations(pdu, decodeConferenceCreateResponse);
      }),
      { numRuns: 10 },
    );
  });

  it('refuses another application than T.124, and another key than RDP has', () => {
    const pdu = encodeConferenceCreateRequest({ clientData: [] });
    for (const at of [0, 5, 8, 9, 16, 19]) {
      const changed = pdu.slice();
      changed[at] = (changed[at] ?? 0) ^ 0x40;
      expect(
        codeOf(() => decodeConferenceCreateRequest(over(changed))),
        `byte ${at}`,
      ).toBe('invalid');
    }
    expect(codeOf(() => decodeConferenceCreateResponse(over(pdu)))).toBe('invalid');
    expect(DEFAULT_NODE_ID - 1001).toBe(0x760a);
  });
});
