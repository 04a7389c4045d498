/** While a share is activated the client is told of nothing else, and of all the rest when that is over, in its order. */
import { describe, expect, it } from 'vitest';
import { encodeFontMap, EMPTY_FONT_MAP } from '../../../src/rdp/session/font-map.js';
import { encodeSetErrorInfo } from '../../../src/rdp/session/set-error-info.js';
import { PACKET_COMPRESSED, PduType2 } from '../../../src/rdp/session/share-data.js';
import { encodeFastPathOutput } from '../../../src/rdp/updates/fast-path-output.js';
import { MAX_HELD_BYTES, MAX_HELD_PDUS } from '../../../src/rdp/wire/limits.js';
import { Framer } from '../../../src/rdp/wire/tpkt.js';
import type { Relay } from '../../../src/rdp/relay/relay.js';
import {
  activeRelay,
  confirmActive,
  connectedRelay,
  dataPdu,
  DEACTIVATE_ALL,
  demandActive,
  desktopSets,
  endOf,
  FONT_MAP,
  ioFromClient,
  ioFromTarget,
  LICENCE_ALERT,
  sentTo,
} from './support.js';

const LARGER = ioFromTarget(demandActive(desktopSets(1600, 1000)));
const CONFIRM = ioFromClient(confirmActive());
const SYNCHRONIZE_PDU = dataPdu(PduType2.synchronize, new Uint8Array(4));
const SYNCHRONIZE = ioFromTarget(SYNCHRONIZE_PDU);
const LOGON = ioFromTarget(dataPdu(PduType2.saveSessionInfo, new Uint8Array(8)));
/** A session that is not recorded has channels of which the gateway knows nothing. */
const ON_A_CHANNEL = ioFromTarget(Uint8Array.of(1, 0, 0, 0, 3, 0, 0, 0, 9), 1010);
const DISCONNECT = Uint8Array.of(3, 0, 0, 9, 2, 0xf0, 0x80, 0x21, 0x80);

const picture = (number: number, compressionFlags = 0, sizeBytes = 8): Uint8Array =>
  encodeFastPathOutput({
    flags: 0,
    updates: [{ updateCode: 4, fragmentation: 0, compressionFlags, data: new Uint8Array(sizeBytes).fill(number) }],
  });
const hexOf = (frames: readonly Uint8Array[]): string[] => frames.map((bytes) => Buffer.from(bytes).toString('hex'));
const toClient = (relay: Relay, ...frames: Uint8Array[]): string[] =>
  hexOf(frames.flatMap((frame) => sentTo('client', relay.fromTarget(frame))));

/** A relay whose target changes its desktop's size, and whose client has answered. */
function reactivating(recorded: boolean): Relay {
  const relay = activeRelay(recorded);
  expect(toClient(relay, ioFromTarget(DEACTIVATE_ALL), LARGER)).toHaveLength(2);
  expect(sentTo('target', relay.fromClient(CONFIRM))).toHaveLength(1);
  return relay;
}

/** How many PDUs reach the client at once when it has got none until then. */
function sentUntilGivenUp(relay: Relay, pdu: Uint8Array): number {
  for (;;) {
    const sent = toClient(relay, pdu).length;
    if (sent > 0) return sent;
  }
}

describe.each([true, false])('an activation that is not over (recorded: %s)', (recorded) => {
  it('has what is drawn meanwhile behind it, in its order', () => {
    const relay = reactivating(recorded);
    expect(toClient(relay, picture(1), SYNCHRONIZE, picture(2))).toEqual(hexOf([SYNCHRONIZE]));
    expect(toClient(relay, FONT_MAP)).toEqual(hexOf([FONT_MAP, picture(1), picture(2)]));
    expect(toClient(relay, picture(3))).toEqual(hexOf([picture(3)]));
  });

  it('has everything else behind it, such as a channel or a logon', () => {
    const relay = reactivating(recorded);
    const passed = recorded ? [LOGON] : [ON_A_CHANNEL, LOGON];
    expect(toClient(relay, ON_A_CHANNEL, LOGON)).toEqual([]);
    expect(toClient(relay, FONT_MAP)).toEqual(hexOf([FONT_MAP, ...passed]));
  });

  it('holds from the first one on, and from where the target deactivates the share', () => {
    const relay = connectedRelay(recorded);
    expect(toClient(relay, LICENCE_ALERT, picture(1))).toHaveLength(2);
    expect(toClient(relay, LARGER, picture(2))).toHaveLength(1);
    relay.fromClient(CONFIRM);
    expect(toClient(relay, FONT_MAP)).toEqual(hexOf([FONT_MAP, picture(2)]));
    const deactivateAll = ioFromTarget(DEACTIVATE_ALL);
    expect(toClient(relay, deactivateAll, picture(3))).toEqual(hexOf([deactivateAll]));
  });

  it('holds PDUs and not the memory that was read with them', () => {
    const relay = reactivating(recorded);
    const read = Buffer.concat([picture(1), Buffer.alloc(60_000, FONT_MAP)]);
    for (const pdu of new Framer().push(read).slice(0, 1)) relay.fromTarget(pdu);
    const held = sentTo('client', relay.fromTarget(FONT_MAP))[1];
    expect(held?.buffer.byteLength).toBeLessThan(1000);
  });

  it('tells the client at once why the target gives up', () => {
    const error = ioFromTarget(dataPdu(PduType2.setErrorInfo, encodeSetErrorInfo({ errorInfo: 5 })));
    expect(toClient(reactivating(recorded), picture(1), error)).toEqual(hexOf([error]));
  });

  it('loses nothing when the target disconnects', () => {
    const relay = reactivating(recorded);
    relay.fromTarget(picture(1));
    const outputs = relay.fromTarget(DISCONNECT);
    expect(hexOf(sentTo('client', outputs))).toEqual(hexOf([picture(1), DISCONNECT]));
    expect(outputs.at(-1)).toEqual(endOf(outputs));
  });

  it.each(['client', 'target'] as const)('loses nothing when the %s breaks the protocol', (side) => {
    const relay = reactivating(recorded);
    relay.fromTarget(picture(1));
    const bad = Uint8Array.of(3, 0, 0, 7, 2, 0xf0, 0x80);
    const outputs = side === 'client' ? relay.fromClient(bad) : relay.fromTarget(bad);
    expect(hexOf(sentTo('client', outputs))).toEqual(hexOf([picture(1)]));
    expect(endOf(outputs)).toMatchObject({ reason: `${side}-protocol-error` });
  });

  it('keeps the order of all that shares the history of compression', () => {
    const relay = reactivating(recorded);
    const compressed = ioFromTarget(dataPdu(PduType2.synchronize, new Uint8Array(4), PACKET_COMPRESSED));
    const end = ioFromTarget(dataPdu(PduType2.fontMap, encodeFontMap(EMPTY_FONT_MAP), PACKET_COMPRESSED));
    expect(toClient(relay, picture(1, 0x20), compressed)).toEqual(hexOf([picture(1, 0x20), compressed]));
    expect(toClient(relay, picture(2, 0x20), end, picture(3))).toEqual(hexOf([picture(2, 0x20), end, picture(3)]));
  });

  it('keeps the order of a frame with a step and something else', () => {
    const relay = reactivating(recorded);
    const update = dataPdu(PduType2.update, Uint8Array.of(3, 0));
    const both = ioFromTarget(new Uint8Array(Buffer.concat([SYNCHRONIZE_PDU, update])));
    expect(toClient(relay, picture(1), both)).toEqual(hexOf([picture(1), both]));
  });

  it('waits no longer for a target that draws without end', () => {
    const relay = reactivating(recorded);
    const large = picture(1, 0, 32_000);
    expect(sentUntilGivenUp(relay, large)).toBe(Math.floor(MAX_HELD_BYTES / large.length) + 1);
    expect(sentUntilGivenUp(reactivating(recorded), picture(2))).toBe(MAX_HELD_PDUS + 1);
    expect(toClient(relay, large)).toHaveLength(1);
    // The browser's client still loses what comes in one message with the end.
    expect(relay.fromTarget(FONT_MAP)).toMatchObject([{ type: 'send', last: true }]);
  });

  if (recorded) {
    it('[invariant 2] is recorded as the target draws, before the client has it', () => {
      const outputs = reactivating(true).fromTarget(picture(1));
      expect(outputs).toEqual([{ type: 'record', kind: 'fast-path', pdu: picture(1) }]);
    });
  }
});
