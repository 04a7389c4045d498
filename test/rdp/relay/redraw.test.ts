import { describe, expect, it } from 'vitest';
import { locateSendData } from '../../../src/rdp/connection/mcs/send-data.js';
import type { Relay } from '../../../src/rdp/relay/relay.js';
import type { CapabilitySet } from '../../../src/rdp/session/capabilities/capability-sets.js';
import { encodeDeactivateAll } from '../../../src/rdp/session/deactivate-all.js';
import { EMPTY_FONT_MAP, encodeFontMap } from '../../../src/rdp/session/font-map.js';
import { decodeRefreshRect } from '../../../src/rdp/session/refresh-rect.js';
import {
  decodeShareControl,
  encodeShareControl,
  PduType,
  SERVER_CHANNEL_ID,
} from '../../../src/rdp/session/share-control.js';
import { decodeShareData, PduType2 } from '../../../src/rdp/session/share-data.js';
import { decodeSuppressOutput } from '../../../src/rdp/session/suppress-output.js';
import { Reader } from '../../../src/rdp/wire/reader.js';
import {
  confirmActive,
  connectedRelay,
  dataPdu,
  demandActive,
  desktopSets,
  IO_CHANNEL,
  ioFromClient,
  ioFromTarget,
  LICENCE_ALERT,
  SHARE_ID,
  USER_CHANNEL,
} from './support.js';

const FONT_MAP = ioFromTarget(dataPdu(PduType2.fontMap, encodeFontMap(EMPTY_FONT_MAP)));
const DEACTIVATE_ALL = ioFromTarget(
  encodeShareControl(
    { pduType: PduType.deactivateAll, pduSource: SERVER_CHANNEL_ID },
    encodeDeactivateAll({ shareId: SHARE_ID, sourceDescriptor: Uint8Array.of(0) }),
  ),
);

function targetSets(refreshRectSupport: number, suppressOutputSupport: number): CapabilitySet[] {
  return desktopSets(800, 600).map((set) =>
    set.kind === 'general' ? { ...set, refreshRectSupport, suppressOutputSupport } : set,
  );
}

/** Of the picture: through the graphics pipeline it changes without an activation. */
const SIZE = { width: 1000, height: 700 };

function drawing(sets = targetSets(1, 1)): Relay {
  const relay = connectedRelay();
  relay.fromTarget(ioFromTarget(LICENCE_ALERT));
  relay.fromTarget(ioFromTarget(demandActive(sets)));
  relay.fromClient(ioFromClient(confirmActive()));
  relay.fromTarget(FONT_MAP);
  return relay;
}

/** What a target understands of these frames. */
function asked(relay: Relay): unknown[] {
  return relay.redraw(SIZE).map((frame) => {
    const location = locateSendData(frame);
    expect(location).toMatchObject({ kind: 'send-data-request', channelId: IO_CHANNEL, initiator: USER_CHANNEL });
    const { offset = 0 } = location ?? {};
    const control = decodeShareControl(new Reader(frame, 'test', offset));
    if (control.kind !== 'share') throw new Error('no share PDU');
    const data = decodeShareData(control.body);
    expect(data.shareId).toBe(SHARE_ID);
    const payload = new Reader(data.payload, 'test');
    if (data.pduType2 === PduType2.suppressOutput) return decodeSuppressOutput(payload).desktopRect;
    expect(data.pduType2).toBe(PduType2.refreshRect);
    return decodeRefreshRect(payload);
  });
}

describe('a target that is to draw its desktop again', () => {
  const all = { left: 0, top: 0, right: 999, bottom: 699 };

  it('is asked in every way that it takes', () => {
    expect(asked(drawing(targetSets(1, 1)))).toEqual([null, all, [all]]);
    expect(asked(drawing(targetSets(1, 0)))).toEqual([[all]]);
    expect(asked(drawing(targetSets(0, 1)))).toEqual([null, all]);
    expect(asked(drawing(targetSets(0, 0)))).toEqual([]);
  });

  it('is not asked before its share is active, nor when it is not any more', () => {
    const relay = connectedRelay();
    expect(relay.redraw(SIZE)).toEqual([]);
    relay.fromTarget(ioFromTarget(LICENCE_ALERT));
    relay.fromTarget(ioFromTarget(demandActive(targetSets(1, 1))));
    relay.fromTarget(FONT_MAP);
    expect(relay.redraw(SIZE)).toEqual([]);
    relay.fromClient(ioFromClient(confirmActive()));
    expect(relay.redraw(SIZE)).toEqual([]);
    relay.fromTarget(FONT_MAP);
    expect(relay.redraw(SIZE)).toHaveLength(3);
    expect(relay.redraw({ width: 0, height: 0 })).toEqual([]);
    relay.fromTarget(DEACTIVATE_ALL);
    expect(relay.redraw(SIZE)).toEqual([]);
  });
});
