import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CaptureReader } from '../../../src/rdp/capture/capture-reader.js';
import type { CaptureOutput } from '../../../src/rdp/capture/capture-output.js';
import { encodeDomainPdu } from '../../../src/rdp/connection/mcs/domain-pdu.js';
import { PROTOCOL_HYBRID_EX, PROTOCOL_RDSAAD, PROTOCOL_SSL } from '../../../src/rdp/connection/security-protocols.js';
import { encodeDataFrame } from '../../../src/rdp/connection/x224/data.js';
import type { DvcClientPdu, DvcServerPdu } from '../../../src/rdp/dvc/dvc-pdu.js';
import { encodeDvcPdu } from '../../../src/rdp/dvc/dvc-pdu.js';
import { GRAPHICS_CHANNEL } from '../../../src/rdp/relay/shaping/dynamic-channels.js';
import { encodeFastPathInput } from '../../../src/rdp/session/fast-path-input.js';
import { PTRFLAGS_MOVE } from '../../../src/rdp/session/input-flags.js';
import { PduType2 } from '../../../src/rdp/session/share-data.js';
import { ALL_CODECS, createRequest, createResponse, close, data, framesOf } from '../relay/dynamic-support.js';
import {
  confirmActive,
  connectedRelay,
  conversation,
  dataPdu,
  demandActive,
  desktopSets,
  ioFromClient,
  ioFromTarget,
  LICENCE_ALERT,
  type Side,
} from '../relay/support.js';

interface Said {
  readonly from: Side;
  readonly pdu: Uint8Array;
}

const PIXELS = Uint8Array.of(1, 2, 3);
const FAST_PATH = Uint8Array.of(0, 5, 0x03, 0, 0);
const NEGOEX = [0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x02, 0x02, 0x1e];

const fromServer = (pdu: Uint8Array): Said => ({ from: 'target', pdu });
const fromClient = (pdu: Uint8Array): Said => ({ from: 'client', pdu });
const dvcServer = (pdu: DvcServerPdu): Said[] => framesOf('target', encodeDvcPdu(pdu)).map(fromServer);
const dvcClient = (pdu: DvcClientPdu): Said[] => framesOf('client', encodeDvcPdu(pdu)).map(fromClient);

const connected = (): Said[] => conversation('xfreerdp').slice(0, -1);

const active = (): Said[] => [
  ...connected(),
  fromServer(ioFromTarget(LICENCE_ALERT)),
  fromServer(ioFromTarget(demandActive())),
  fromClient(ioFromClient(confirmActive())),
];

const opened = (name: string): Said[] => [...dvcServer(createRequest(3, name)), ...dvcClient(createResponse(3))];

const goodbye = encodeDataFrame(encodeDomainPdu({ kind: 'disconnect-provider-ultimatum', reason: 3 }));

function read(reader: CaptureReader, said: readonly Said[]): CaptureOutput[] {
  return said.flatMap(({ from, pdu }) => (from === 'client' ? reader.fromClient(pdu) : reader.fromServer(pdu)));
}

/** A session with something of everything that belongs into a trace. */
function wholeSession(): Said[] {
  const move = { kind: 'mouse', pointerFlags: PTRFLAGS_MOVE, xPos: 100, yPos: 50 } as const;
  const pointerMove = encodeFastPathInput({ flags: 0, events: [move] });
  return [
    ...active(),
    fromServer(FAST_PATH),
    fromClient(pointerMove),
    fromServer(ioFromTarget(dataPdu(PduType2.update, PIXELS))),
    fromServer(ioFromTarget(dataPdu(PduType2.setErrorInfo, Uint8Array.of(12, 0, 0, 0)))),
    ...opened(GRAPHICS_CHANNEL),
    ...dvcServer(data(3, PIXELS)),
    ...dvcServer(close(3)),
    fromServer(ioFromTarget(demandActive(desktopSets(800, 600)))),
    fromClient(ioFromClient(confirmActive())),
    fromServer(goodbye),
  ];
}

describe('following a captured session', () => {
  it('gives what the relay records of the same session', () => {
    const relay = connectedRelay(true, { gfxOffer: ALL_CODECS });
    const relayed = wholeSession()
      .slice(connected().length)
      .flatMap(({ from, pdu }) => (from === 'client' ? relay.fromClient(pdu) : relay.fromTarget(pdu)));
    const outputs = read(new CaptureReader(PROTOCOL_SSL), wholeSession());
    expect(outputs).toEqual(relayed.filter(({ type }) => type !== 'send'));
    const counted = outputs.map((output) => (output.type === 'record' ? output.kind : output.type));
    expect(counted).toEqual([
      'activation',
      'fast-path',
      'pointer',
      'share-data',
      'event',
      'event',
      'graphics-channel',
      'graphics-channel',
      'graphics-channel',
      'activation',
      'event',
      'end',
    ]);
  });

  it('does not depend on how the bytes were cut', () => {
    const whole = read(new CaptureReader(PROTOCOL_SSL), wholeSession());
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 700 }), (size) => {
        const reader = new CaptureReader(PROTOCOL_SSL);
        const pieces = wholeSession().flatMap(({ from, pdu }) =>
          Array.from({ length: Math.ceil(pdu.length / size) }, (_unused, index) => ({
            from,
            pdu: pdu.subarray(index * size, (index + 1) * size),
          })),
        );
        expect(read(reader, pieces)).toEqual(whole);
      }),
      { numRuns: 30 },
    );
  });

  it('ends where the session did', () => {
    const reader = new CaptureReader(PROTOCOL_SSL);
    read(reader, wholeSession());
    expect(read(reader, [fromServer(FAST_PATH), fromClient(goodbye)])).toEqual([]);
  });

  it('keeps the caches as large as the client of then announced them, as no gateway made them smaller', () => {
    const cells = Array.from({ length: 5 }, () => ({ numEntries: 65_000, persistent: true }));
    const caches = { kind: 'bitmap-cache-rev2', cacheFlags: 0, numCellCaches: 1, cells } as const;
    const said = [...active().slice(0, -1), fromClient(ioFromClient(confirmActive([caches])))];
    const [activation] = read(new CaptureReader(PROTOCOL_SSL), said).filter(({ type }) => type === 'activation');
    expect(activation).toMatchObject({ activation: { orderCaches: { bitmaps: [65_000] } } });
  });
});

describe('a sign-in before the session', () => {
  const der = (...bytes: number[]) => Uint8Array.of(0x30, bytes.length, ...bytes);

  function signedIn(selectedProtocol: number, client: Uint8Array, server: Uint8Array): CaptureOutput[] {
    const said = [fromClient(client), fromServer(server), fromServer(new Uint8Array(4)), ...wholeSession()];
    return read(new CaptureReader(selectedProtocol), said);
  }

  it('is skipped, the result of early authorisation included', () => {
    const outputs = signedIn(PROTOCOL_HYBRID_EX, der(...NEGOEX, 1, 2, 3), der(0xa0, 3, 2, 1, 6));
    expect(outputs).toEqual(read(new CaptureReader(PROTOCOL_SSL), wholeSession()));
  });

  it('[invariant 1] tells where Microsoft Entra ID shows', () => {
    const seen = (outputs: readonly CaptureOutput[]) =>
      outputs.flatMap((output) => (output.type === 'entra-seen' ? [output.where] : []));
    expect(seen(signedIn(PROTOCOL_HYBRID_EX, der(1), der(...NEGOEX)))).toEqual(['credssp-negoex']);
    expect(seen(signedIn(PROTOCOL_RDSAAD, der(1), der(2)))).toEqual(['negotiation']);
    expect(seen(signedIn(PROTOCOL_HYBRID_EX, der(1), der(2)))).toEqual([]);
  });
});

describe('[invariant 3] what cannot be followed is a loss', () => {
  const lost = (said: readonly Said[]) =>
    read(new CaptureReader(PROTOCOL_SSL), said).flatMap((output) => (output.type === 'lost' ? [output] : []));

  it('of graphics inside a compressed channel, and of video beside the graphics', () => {
    const video = 'Microsoft::Windows::RDS::Video::Data::v08.01';
    expect(lost([...active(), ...opened(GRAPHICS_CHANNEL), ...dvcServer(data(3, PIXELS, true))])).toMatchObject([
      { codec: 'graphics channel', reason: 'unsupported: channel compression', bytes: 5 },
    ]);
    expect(lost([...active(), ...opened(video), ...dvcServer(data(3, PIXELS))])).toMatchObject([
      { codec: 'video channel', bytes: 5 },
    ]);
    expect(lost([...active(), ...opened('ECHO'), ...dvcServer(data(3, PIXELS, true))])).toEqual([]);
  });

  it('of graphics that move to UDP', () => {
    const moved = { kind: 'soft-sync-request', flags: 2, numberOfTunnels: 1 } as const;
    const lists = (id: number) => ({ ...moved, channelLists: [{ tunnelType: 1, channelIds: [id] }] });
    const said = [...active(), ...opened(GRAPHICS_CHANNEL)];
    expect(lost([...said, ...dvcServer(lists(3))])).toMatchObject([{ reason: 'unsupported: went on over UDP' }]);
    expect(lost([...said, ...dvcServer(lists(4))])).toEqual([]);
  });

  it('of a PDU that does not decode, and the next one is read again', () => {
    const broken = ioFromTarget(Uint8Array.of(200, 0, 0x17, 0, 1, 2, 3, 4));
    const outputs = read(new CaptureReader(PROTOCOL_SSL), [...active(), fromServer(broken), fromServer(FAST_PATH)]);
    expect(outputs.slice(-2)).toMatchObject([
      { type: 'lost', codec: 'server PDU', bytes: broken.length },
      { type: 'record', pdu: FAST_PATH },
    ]);
  });

  it('of everything after bytes that are no frame', () => {
    const garbage = Uint8Array.of(0x01, 0x02);
    expect(lost([...active(), fromServer(garbage), fromServer(FAST_PATH)])).toMatchObject([
      { codec: 'server PDU', bytes: 2 },
      { codec: 'frames', bytes: FAST_PATH.length },
    ]);
  });

  it('and never an error, whatever the bytes', () => {
    const anything = fc.array(fc.tuple(fc.boolean(), fc.uint8Array({ maxLength: 80 })), { maxLength: 20 });
    fc.assert(
      fc.property(fc.nat(wholeSession().length), anything, (count, chunks) => {
        const reader = new CaptureReader(PROTOCOL_SSL);
        read(reader, wholeSession().slice(0, count));
        for (const [client, bytes] of chunks) read(reader, [client ? fromClient(bytes) : fromServer(bytes)]);
      }),
    );
  });
});
