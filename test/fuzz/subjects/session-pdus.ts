/** What is read while a session is active: share control and data, capability sets, input, updates and redirection. */
import { decodeCapabilitySets, encodeCapabilitySets } from '../../../src/rdp/session/capabilities/capability-sets.js';
import { decodeConfirmActive } from '../../../src/rdp/session/confirm-active.js';
import { decodeControl } from '../../../src/rdp/session/control.js';
import { decodeDeactivateAll } from '../../../src/rdp/session/deactivate-all.js';
import { decodeDemandActive } from '../../../src/rdp/session/demand-active.js';
import { decodeFastPathInput, encodeFastPathInput } from '../../../src/rdp/session/fast-path-input.js';
import { decodeFontList } from '../../../src/rdp/session/font-list.js';
import { decodeFontMap } from '../../../src/rdp/session/font-map.js';
import { decodeFrameAcknowledge, encodeFrameAcknowledge } from '../../../src/rdp/session/frame-acknowledge.js';
import { decodeInput, encodeInput } from '../../../src/rdp/session/input.js';
import { decodeMonitorLayout, encodeMonitorLayout } from '../../../src/rdp/session/monitor-layout.js';
import { decodePersistentKeyList } from '../../../src/rdp/session/persistent-key-list.js';
import { decodeRefreshRect, encodeRefreshRect } from '../../../src/rdp/session/refresh-rect.js';
import { decodeSaveSessionInfo } from '../../../src/rdp/session/save-session-info.js';
import {
  decodeEnhancedServerRedirection,
  decodeServerRedirection,
} from '../../../src/rdp/session/server-redirection.js';
import { decodeSetErrorInfo, encodeSetErrorInfo } from '../../../src/rdp/session/set-error-info.js';
import { decodeSetKeyboardIndicators } from '../../../src/rdp/session/set-keyboard-indicators.js';
import { PduType, sharePdus } from '../../../src/rdp/session/share-control.js';
import { decodeShareData, encodeDataPdu, PduType2 } from '../../../src/rdp/session/share-data.js';
import { decodeSuppressOutput, encodeSuppressOutput } from '../../../src/rdp/session/suppress-output.js';
import { decodeSynchronize } from '../../../src/rdp/session/synchronize.js';
import {
  decodeVirtualChannelChunk,
  encodeVirtualChannelChunk,
  splitVirtualChannelMessage,
} from '../../../src/rdp/session/virtual-channel-chunk.js';
import { VirtualChannelMessages } from '../../../src/rdp/session/virtual-channel-messages.js';
import { fastPathPointerPosition, slowPathPointerPosition } from '../../../src/rdp/relay/pointer-position.js';
import { decodeGraphicsUpdate } from '../../../src/rdp/updates/graphics-update.js';
import { decodePointerUpdate } from '../../../src/rdp/updates/pointer-updates.js';
import { Reader } from '../../../src/rdp/wire/reader.js';
import { anySet } from '../../rdp/session/capability-arbitraries.js';
import { BrokenPromise, stateless, subject, type Step, type Subject } from '../subject.js';
import * as examples from './examples.js';

const AREA = { left: 1, top: 2, right: 30, bottom: 40 };

/** Decoders of what follows a share data header. */
const DATA_PDUS: ReadonlyMap<number, (reader: Reader) => unknown> = new Map<number, (reader: Reader) => unknown>([
  [PduType2.update, decodeGraphicsUpdate],
  [PduType2.control, decodeControl],
  [PduType2.pointer, decodePointerUpdate],
  [PduType2.input, decodeInput],
  [PduType2.synchronize, decodeSynchronize],
  [PduType2.refreshRect, decodeRefreshRect],
  [PduType2.suppressOutput, decodeSuppressOutput],
  [PduType2.saveSessionInfo, decodeSaveSessionInfo],
  [PduType2.fontList, decodeFontList],
  [PduType2.fontMap, decodeFontMap],
  [PduType2.setKeyboardIndicators, decodeSetKeyboardIndicators],
  [PduType2.bitmapCachePersistentList, decodePersistentKeyList],
  [PduType2.setErrorInfo, decodeSetErrorInfo],
  [PduType2.monitorLayout, decodeMonitorLayout],
  [PduType2.frameAcknowledge, decodeFrameAcknowledge],
]);

/** Decoders of what follows a share control header. */
const SHARE_PDUS: ReadonlyMap<number, (reader: Reader) => unknown> = new Map<number, (reader: Reader) => unknown>([
  [PduType.demandActive, decodeDemandActive],
  [PduType.confirmActive, decodeConfirmActive],
  [PduType.deactivateAll, decodeDeactivateAll],
  [PduType.serverRedirection, decodeEnhancedServerRedirection],
]);

function sharePdu(input: Uint8Array): void {
  for (const pdu of sharePdus(input)) {
    if (pdu.kind !== 'share') continue;
    if (pdu.pduType !== PduType.data) {
      SHARE_PDUS.get(pdu.pduType)?.(pdu.body);
      continue;
    }
    const { pduType2, payload } = decodeShareData(pdu.body);
    DATA_PDUS.get(pduType2)?.(new Reader(payload, 'fuzz'));
  }
}

const MOUSE = { kind: 'mouse', pointerFlags: 0x0800, xPos: 10, yPos: 20 } as const;
const SCANCODE = { kind: 'scancode', keyboardFlags: 0, keyCode: 30 } as const;
const slowInput = encodeInput([
  { eventTime: 1, ...MOUSE },
  { eventTime: 2, ...SCANCODE },
]);

function dataPdus(): Uint8Array[] {
  const monitor = { ...AREA, flags: 1 };
  const payloads: readonly (readonly [number, Uint8Array])[] = [
    [PduType2.input, slowInput],
    [PduType2.refreshRect, encodeRefreshRect([AREA, AREA])],
    [PduType2.suppressOutput, encodeSuppressOutput({ desktopRect: AREA })],
    [PduType2.setErrorInfo, encodeSetErrorInfo({ errorInfo: 12 })],
    [PduType2.monitorLayout, encodeMonitorLayout([monitor, monitor])],
    [PduType2.frameAcknowledge, encodeFrameAcknowledge({ frameId: 9 })],
  ];
  return payloads.map(([pduType2, payload]) => encodeDataPdu({ shareId: 1, pduSource: 1002, pduType2 }, payload));
}

const FAST_INPUT = encodeFastPathInput({
  flags: 0,
  events: [
    MOUSE,
    { kind: 'scancode', eventFlags: 1, keyCode: 30 },
    { kind: 'unicode', eventFlags: 0, unicodeCode: 65 },
    { kind: 'mouse-relative', pointerFlags: 0, xDelta: -3, yDelta: 4 },
    { kind: 'sync', eventFlags: 2 },
    { kind: 'qoe-timestamp', timestamp: 77 },
  ],
});

/** Chunks of one channel; a message never has more bytes than are allowed. */
function channelMessages(): Step {
  const limitBytes = 8192;
  let messages = new VirtualChannelMessages(limitBytes);
  return (input) => {
    try {
      const whole = messages.push(decodeVirtualChannelChunk(new Reader(input, 'fuzz')));
      if ((whole?.length ?? 0) > limitBytes) throw new BrokenPromise('a message above its limit');
      return 'decoded';
    } catch (error) {
      // The relay ends the session here.
      messages = new VirtualChannelMessages(limitBytes);
      throw error;
    }
  };
}

function redirection(input: Uint8Array): void {
  decodeServerRedirection(new Reader(input, 'fuzz'));
}

export function sessionSubjects(): Subject[] {
  const sets = examples.samples(anySet, 60);
  const capabilities = [sets.slice(0, 30), sets.slice(30), sets.slice(0, 3)].map(encodeCapabilitySets);
  const chunks = [20, 1600, 5000].map((length) =>
    splitVirtualChannelMessage(new Uint8Array(length).fill(length & 0xff)).map(encodeVirtualChannelChunk),
  );
  const packets = examples.sharePduExamples().filter((pdu) => (pdu[2] ?? 0) % 16 === PduType.serverRedirection);
  return [
    stateless('share-pdus', [...examples.sharePduExamples(), ...dataPdus()], sharePdu, { weight: 4 }),
    stateless('capability-sets', capabilities, (input) => decodeCapabilitySets(new Reader(input, 'fuzz')), {
      weight: 2,
    }),
    stateless(
      'redirection',
      packets.map((pdu) => pdu.slice(8)),
      redirection,
      { weight: 0.5 },
    ),
    stateless('fast-path-input', [FAST_INPUT], (input) => {
      fastPathPointerPosition(input);
      decodeFastPathInput(new Reader(input, 'fuzz'));
    }),
    stateless('slow-path-input', [slowInput], (input) => {
      slowPathPointerPosition(input);
      decodeInput(new Reader(input, 'fuzz'));
    }),
    subject({ name: 'channel-messages', mutatedShare: 0.3, streams: chunks, open: channelMessages }),
  ];
}
