/** Dynamic channels and the graphics pipeline's PDUs. */
import { decodeDvcClientPdu, decodeDvcServerPdu, encodeDvcPdu } from '../../../src/rdp/dvc/dvc-pdu.js';
import { DvcTracker } from '../../../src/rdp/dvc/dvc-tracker.js';
import { encodeDvcMessage } from '../../../src/rdp/dvc/data.js';
import { gfxFrames } from '../../../src/rdp/gfx/gfx-header.js';
import { decodeGfxPdu, encodeGfxPdu } from '../../../src/rdp/gfx/gfx-pdu.js';
import { decodeSegmentedData, wrapUncompressed } from '../../../src/rdp/gfx/segmented-data.js';
import { shapeGraphicsMessage } from '../../../src/rdp/relay/shaping/graphics-pipeline.js';
import { GFX_CODECS } from '../../../src/contract/gfx-table.js';
import {
  decodeDisplayMonitorLayout,
  encodeDisplayMonitorLayout,
} from '../../../src/rdp/display-control/monitor-layout.js';
import { Reader } from '../../../src/rdp/wire/reader.js';
import { clientPdu, serverPdu } from '../../rdp/dvc/arbitraries.js';
import { gfxKinds, gfxPdu, gfxPduOf } from '../../rdp/gfx/arbitraries.js';
import { BrokenPromise, MEGABYTE, stateless, subject, type Step, type Subject } from '../subject.js';
import { samples } from './examples.js';
import { joined } from '../../helpers/fixture-files.js';

const LIMITS = { maxChannels: 8, maxMessageBytes: MEGABYTE, maxPendingBytes: 2 * MEGABYTE };
const CODECS = new Set(GFX_CODECS);

/** The target's PDUs, and the messages that they make. */
function tracking(): Step {
  const tracker = new DvcTracker(LIMITS);
  return (input) => {
    const pdu = decodeDvcServerPdu(new Reader(input, 'fuzz'));
    if (pdu.kind === 'create-request') tracker.open(pdu.channelId, pdu.channelName);
    else if (pdu.kind === 'close') tracker.close(pdu.channelId);
    else if (pdu.kind === 'data' || pdu.kind === 'data-first') tracker.push(pdu);
    if (tracker.pendingBytes > LIMITS.maxPendingBytes) throw new BrokenPromise('more is pending than may be');
    return 'decoded';
  };
}

function graphicsPdus(input: Uint8Array): void {
  for (const frame of gfxFrames(input)) decodeGfxPdu(frame);
}

export function dynamicSubjects(): Subject[] {
  const create = { kind: 'create-request', cbId: 0, pri: 0, channelName: 'any', trailing: new Uint8Array(0) } as const;
  const whole = [30, 4000, 70_000].map((length) => [
    encodeDvcPdu({ ...create, channelId: 3 }),
    ...encodeDvcMessage(3, new Uint8Array(length)),
    encodeDvcPdu({ kind: 'close', cbId: 0, sp: 0, channelId: 3 }),
  ]);
  const pdus = [...gfxKinds.flatMap((kind) => samples(gfxPduOf(kind), 3)), ...samples(gfxPdu, 20)].map(encodeGfxPdu);
  const messages = [...pdus, joined(...pdus.slice(0, 10)), joined(...pdus.slice(30, 36))];
  const advertisements = samples(gfxPduOf('capsAdvertise'), 6).map(encodeGfxPdu);
  const segmented = [wrapUncompressed(joined(...pdus)), wrapUncompressed(new Uint8Array(150_000))];
  const read =
    <T>(decode: (reader: Reader) => T) =>
    (input: Uint8Array): T =>
      decode(new Reader(input, 'fuzz'));
  const monitor = { flags: 1, left: 0, top: 0, width: 1240, height: 818, physicalWidth: 300, physicalHeight: 200 };
  const scale = { orientation: 0, desktopScaleFactor: 100, deviceScaleFactor: 100 };
  const layouts = [1, 3].map((count) => Array.from({ length: count }, () => ({ ...monitor, ...scale })));
  const targets = [...samples(serverPdu, 40).map((pdu) => [encodeDvcPdu(pdu)]), ...whole];
  return [
    subject({ name: 'dvc-server-pdus', weight: 2, mutatedShare: 0.5, streams: targets, open: tracking }),
    stateless('dvc-client-pdus', samples(clientPdu, 40).map(encodeDvcPdu), read(decodeDvcClientPdu)),
    stateless('graphics-pdus', messages, graphicsPdus, { weight: 3 }),
    stateless('graphics-shaping', [...messages, ...advertisements], (input) => shapeGraphicsMessage(input, CODECS)),
    stateless('display-layouts', layouts.map(encodeDisplayMonitorLayout), read(decodeDisplayMonitorLayout)),
    stateless('segmented-data', segmented, read(decodeSegmentedData)),
  ];
}
