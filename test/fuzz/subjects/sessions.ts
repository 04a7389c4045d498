/** Whole sessions of recorded clients, PDU by PDU, in an order in which they can have happened. */
import { encodeDataFrame } from '../../../src/rdp/connection/x224/data.js';
import { encodeDomainPdu } from '../../../src/rdp/connection/mcs/domain-pdu.js';
import { sendData } from '../../../src/rdp/connection/mcs/send-data.js';
import { encodeDvcMessage } from '../../../src/rdp/dvc/data.js';
import { encodeDvcPdu, type DvcClientPdu, type DvcServerPdu } from '../../../src/rdp/dvc/dvc-pdu.js';
import { encodeGfxPdu } from '../../../src/rdp/gfx/gfx-pdu.js';
import { wrapUncompressed } from '../../../src/rdp/gfx/segmented-data.js';
import { GRAPHICS_CHANNEL } from '../../../src/rdp/relay/shaping/dynamic-channels.js';
import { encodeFastPathInput } from '../../../src/rdp/session/fast-path-input.js';
import {
  encodeVirtualChannelChunk,
  splitVirtualChannelMessage,
} from '../../../src/rdp/session/virtual-channel-chunk.js';
import * as gfx from '../../recorder/gfx/support.js';
import * as records from '../../recorder/picture/records.js';
import { capture, hexFixture } from '../../helpers/fixture-files.js';

export interface Turn {
  readonly from: 'client' | 'target';
  readonly pdu: Uint8Array;
}

/** Ids of the recorded connections. */
const IO_CHANNEL = 1003;
const DRDYNVC = 1007;
const USER_CHANNEL = 1008;
const SERVER_CHANNEL = 1002;
const GRAPHICS = 3;

function frame(from: Turn['from'], channelId: number, userData: Uint8Array): Turn {
  const pdu =
    from === 'client'
      ? sendData('send-data-request', USER_CHANNEL, channelId, userData)
      : sendData('send-data-indication', SERVER_CHANNEL, channelId, userData);
  return { from, pdu: encodeDataFrame(encodeDomainPdu(pdu)) };
}

const example = (name: string): Uint8Array => hexFixture(`ms-rdpbcgr-examples/${name}.hex`);
const client = (name: string): Turn => frame('client', IO_CHANNEL, example(name));
const target = (name: string): Turn => frame('target', IO_CHANNEL, example(name));

/** From Connect-Initial to the end of licensing: joins and their confirmations take turns. */
function connection(name: string): Turn[] {
  const insideTls = (pdu: Uint8Array): boolean => pdu[0] === 3 && pdu[5] === 0xf0;
  const { client: sent, target: answered } = capture(name);
  const requests = sent.filter(insideTls).map((pdu): Turn => ({ from: 'client', pdu }));
  const answers = answered.filter(insideTls).map((pdu): Turn => ({ from: 'target', pdu }));
  const [initial, ...asked] = requests;
  const [response, ...replies] = answers;
  if (initial === undefined || response === undefined) throw new Error(`no connection of ${name}`);
  const licence = replies.splice(-1);
  const joins = asked.slice(2, -1).flatMap((request, index) => [request, ...replies.slice(index + 1, index + 2)]);
  return [initial, response, ...asked.slice(0, 2), ...replies.slice(0, 1), ...joins, ...asked.slice(-1), ...licence];
}

function activation(): Turn[] {
  return [
    target('demand-active'),
    client('confirm-active'),
    client('client-synchronize'),
    client('client-control-cooperate'),
    client('client-control-request'),
    client('persistent-key-list'),
    client('font-list'),
    target('server-synchronize'),
    target('server-control-cooperate'),
    target('server-control-granted'),
    target('font-map'),
  ];
}

function active(): Turn[] {
  const mouse = { kind: 'mouse', pointerFlags: 0x0800, xPos: 10, yPos: 20 } as const;
  const update = records.bitmaps(records.solid(0, 0, 4, 4, 5)).payload;
  return [
    { from: 'client', pdu: encodeFastPathInput({ flags: 0, events: [mouse, { kind: 'sync', eventFlags: 0 }] }) },
    { from: 'target', pdu: update },
    target('save-session-info-plain-notify'),
    target('save-session-info-version-2'),
    frame('target', IO_CHANNEL, records.slowBitmaps(records.solid(0, 0, 4, 4, 5)).payload),
    client('shutdown-request'),
    target('shutdown-denied'),
    { from: 'target', pdu: example('virtual-channel') },
  ];
}

function dynamic(from: Turn['from'], message: Uint8Array): Turn[] {
  return splitVirtualChannelMessage(message).map((chunk) => frame(from, DRDYNVC, encodeVirtualChannelChunk(chunk)));
}

/** The graphics channel is opened and negotiated, and draws. */
function graphics(): Turn[] {
  const of = (from: Turn['from'], pdu: DvcServerPdu | DvcClientPdu): Turn[] => dynamic(from, encodeDvcPdu(pdu));
  const create = { cbId: 0, channelId: GRAPHICS } as const;
  const advertise = encodeGfxPdu({
    kind: 'capsAdvertise',
    capsSets: [{ kind: 'flags', version: 0x000a_0600, flags: 0x20 }],
  });
  const say = (message: Uint8Array) => encodeDvcMessage(GRAPHICS, message).flatMap((pdu) => dynamic('target', pdu));
  const channelName = GRAPHICS_CHANNEL;
  const drawn = [
    gfx.CONFIRM,
    gfx.surface(1, 64, 64),
    gfx.map(1),
    gfx.START,
    gfx.fill(1, 9, gfx.rect(0, 0, 9, 9)),
    gfx.END,
  ];
  return [
    ...of('target', { kind: 'capabilities-request', sp: 0, version: 3, priorityCharges: [0, 0, 0, 0] }),
    ...of('client', { kind: 'capabilities-response', sp: 0, version: 3 }),
    ...of('target', { ...create, kind: 'create-request', pri: 0, channelName, trailing: new Uint8Array(0) }),
    ...of('client', { ...create, kind: 'create-response', sp: 0, creationStatus: 0 }),
    ...encodeDvcMessage(GRAPHICS, advertise).flatMap((pdu) => dynamic('client', pdu)),
    ...drawn.flatMap((pdu) => say(wrapUncompressed(encodeGfxPdu(pdu)))),
    ...say(wrapUncompressed(new Uint8Array(4000))),
    ...of('target', {
      kind: 'create-request',
      pri: 1,
      cbId: 0,
      channelId: 5,
      channelName: 'rdpsnd',
      trailing: new Uint8Array(0),
    }),
    ...of('target', { ...create, kind: 'close', sp: 0 }),
    ...of('client', { ...create, kind: 'close', sp: 0 }),
  ];
}

export function sessions(): Readonly<Record<'xfreerdp' | 'rdesktop' | 'graphics', readonly Turn[]>> {
  return {
    xfreerdp: [...connection('xfreerdp'), ...activation(), ...active()],
    rdesktop: [...connection('rdesktop'), ...activation(), ...active()],
    graphics: [...connection('xfreerdp'), ...activation(), ...graphics()],
  };
}
