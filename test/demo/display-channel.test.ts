/** The demo desktop's display control, as a client of [MS-RDPEDISP] finds it. */
import { describe, expect, it } from 'vitest';
import { DisplayChannel, type DisplayStep } from '../../src/demo/display-channel.js';
import { decodeDomainPdu } from '../../src/rdp/connection/mcs/domain-pdu.js';
import { openDataFrame } from '../../src/rdp/connection/x224/data.js';
import { decodeDisplayControlCaps } from '../../src/rdp/display-control/caps.js';
import { DISPLAY_CONTROL_CHANNEL } from '../../src/rdp/display-control/display-control-header.js';
import { type DisplayMonitor, encodeDisplayMonitorLayout } from '../../src/rdp/display-control/monitor-layout.js';
import { encodeDvcMessage } from '../../src/rdp/dvc/data.js';
import { decodeDvcServerPdu, type DvcClientPdu, encodeDvcPdu } from '../../src/rdp/dvc/dvc-pdu.js';
import {
  decodeVirtualChannelChunk,
  encodeVirtualChannelChunk,
  splitVirtualChannelMessage,
} from '../../src/rdp/session/virtual-channel-chunk.js';
import { DecodeError } from '../../src/rdp/wire/errors.js';
import { Reader } from '../../src/rdp/wire/reader.js';

const CHANNELS = [
  { name: 'cliprdr', options: 0 },
  { name: 'drdynvc', options: 0 },
];
const [CLIPBOARD_ID, DYNAMIC_ID] = [1004, 1005];
const MAX_SIZE = { width: 4096, height: 2160 };

const open = (channels = CHANNELS) => DisplayChannel.of(channels, [CLIPBOARD_ID, DYNAMIC_ID], MAX_SIZE);

/** The server's dynamic channel PDU in a frame. */
function pduIn(frame: Uint8Array | undefined) {
  const pdu = decodeDomainPdu(openDataFrame(frame ?? new Uint8Array(0), 'domain PDU'));
  if (pdu.kind !== 'send-data-indication') throw new Error(pdu.kind);
  expect(pdu.channelId).toBe(DYNAMIC_ID);
  const { data } = decodeVirtualChannelChunk(new Reader(pdu.userData, 'chunk'));
  return decodeDvcServerPdu(new Reader(data, 'DYNVC'));
}

function say(channel: DisplayChannel, message: Uint8Array, channelId = DYNAMIC_ID): DisplayStep {
  let last: DisplayStep = { frames: [], size: null };
  for (const chunk of splitVirtualChannelMessage(message)) {
    last = channel.take(channelId, encodeVirtualChannelChunk(chunk));
  }
  return last;
}

const tell = (channel: DisplayChannel, pdu: DvcClientPdu) => say(channel, encodeDvcPdu(pdu));

function opened(): DisplayChannel {
  const channel = open();
  if (channel === null) throw new Error('no display control');
  expect(pduIn(channel.begin()[0])).toMatchObject({ kind: 'capabilities-request' });
  const asked = pduIn(tell(channel, { kind: 'capabilities-response', sp: 0, version: 1 }).frames[0]);
  expect(asked).toMatchObject({ kind: 'create-request', channelName: DISPLAY_CONTROL_CHANNEL });
  if (asked.kind !== 'create-request') throw new Error(asked.kind);
  const { channelId } = asked;
  const told = pduIn(
    tell(channel, { kind: 'create-response', cbId: 0, sp: 0, channelId, creationStatus: 0 }).frames[0],
  );
  expect(told.kind === 'data' && decodeDisplayControlCaps(new Reader(told.data, 'caps'))).toEqual({
    maxNumMonitors: 1,
    maxMonitorAreaFactorA: 4096,
    maxMonitorAreaFactorB: 2160,
  });
  return channel;
}

function monitorOf(width: number, height: number, flags = 1): DisplayMonitor {
  const physical = { physicalWidth: 0, physicalHeight: 0, orientation: 0 };
  return { flags, left: 0, top: 0, width, height, ...physical, desktopScaleFactor: 100, deviceScaleFactor: 100 };
}
const layoutOf = (...monitors: DisplayMonitor[]) => encodeDvcMessage(1, encodeDisplayMonitorLayout(monitors));

describe('display control', () => {
  it('is there for clients with dynamic channels alone', () => {
    expect(open([{ name: 'cliprdr', options: 0 }])).toBeNull();
    expect(open()).not.toBeNull();
  });

  it('says what size the client wants, of its primary monitor', () => {
    const channel = opened();
    const [message = new Uint8Array(0)] = layoutOf(monitorOf(800, 600, 0), monitorOf(1240, 818));
    expect(say(channel, message)).toEqual({ frames: [], size: { width: 1240, height: 818 } });
  });

  it('takes nothing from other channels, nor from a channel that the client did not open', () => {
    const [message = new Uint8Array(0)] = layoutOf(monitorOf(1240, 818));
    expect(say(opened(), message, CLIPBOARD_ID)).toEqual({ frames: [], size: null });
    const channel = open();
    if (channel === null) throw new Error('no display control');
    expect(() => say(channel, message)).toThrow(DecodeError);
    const refused = { kind: 'create-response', cbId: 0, sp: 0, channelId: 1, creationStatus: -1 } as const;
    expect(tell(channel, refused)).toEqual({ frames: [], size: null });
  });

  it('takes no message that is longer than a layout can be', () => {
    const length = 64 * 1024;
    const first = { kind: 'data-first', cbId: 0, len: 2, compressed: false, channelId: 1, length } as const;
    expect(() => tell(opened(), { ...first, data: new Uint8Array(8) })).toThrow(DecodeError);
  });
});
