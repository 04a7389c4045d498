/** What the target sends on the I/O channel: licensing, activation, updates, and what it says of the session. */
import { isEntraAccount } from '../connection/entra-account.js';
import type { SendDataLocation } from '../connection/mcs/send-data.js';
import { findCapability } from '../session/capabilities/capability-sets.js';
import { encodeDeactivateAll } from '../session/deactivate-all.js';
import { decodeDemandActive, encodeDemandActive } from '../session/demand-active.js';
import { decodeSetErrorInfo, describeErrorInfo } from '../session/set-error-info.js';
import { encodeShareControl, PduType, type SharePdu } from '../session/share-control.js';
import { decodeShareData, HISTORY_FLAGS, PACKET_COMPRESSED, PduType2, type ShareData } from '../session/share-data.js';
import { DecodeError } from '../wire/errors.js';
import { MAX_DESKTOP_DIMENSION } from '../wire/limits.js';
import { Reader } from '../wire/reader.js';
import { activationStep } from './activation-step.js';
import { licensingStep } from './licensing-phase.js';
import { logonEvent } from './logon-event.js';
import type { RelayOutput } from './output.js';
import { passShares, userDataOf } from './pass-shares.js';
import { shapeTargetCapabilities, shapeUnrecordedCapabilities } from './shaping/capability-sets.js';
import type { ShareState } from './share-state.js';

/** Data PDUs of a target that carry no pixels. What is neither here nor recorded is withheld. */
const WITHOUT_PIXELS: ReadonlySet<number> = new Set([
  PduType2.control,
  PduType2.synchronize,
  PduType2.playSound,
  PduType2.shutdownDenied,
  PduType2.saveSessionInfo,
  PduType2.fontMap,
  PduType2.setKeyboardIndicators,
  PduType2.setKeyboardImeStatus,
  PduType2.setErrorInfo,
  PduType2.arcStatus,
  PduType2.statusInfo,
  PduType2.monitorLayout,
]);

export class TargetShare {
  readonly #share: ShareState;
  readonly #recorded: boolean;

  constructor(share: ShareState, recorded: boolean) {
    this.#share = share;
    this.#recorded = recorded;
  }

  step(frame: Uint8Array, location: SendDataLocation): readonly RelayOutput[] {
    const payload = userDataOf(frame, location);
    const licensing = this.#share.licensing ? licensingStep(payload) : null;
    if (licensing !== null) {
      this.#share.licensing = licensing !== 'over';
      return [{ type: 'send', to: 'client', bytes: frame }];
    }
    const { active: wasActive, activating: wasActivating } = this.#share;
    const outputs = passShares(frame, location, 'client', (pdu, outputs) => this.#pdu(pdu, outputs));
    const last = !wasActive && this.#share.active;
    if (!last && !wasActivating && !this.#share.activating) return outputs;
    const activation = activationStep(payload);
    if (activation === null) return outputs;
    return outputs.map((output) => (output.type === 'send' ? { ...output, last, activation } : output));
  }

  /** Adds what a PDU means to `outputs`; gives its bytes for the client, or null when it is withheld. */
  #pdu(pdu: SharePdu, outputs: RelayOutput[]): Uint8Array | null {
    switch (pdu.pduType) {
      case PduType.demandActive:
        return this.#demandActive(pdu);
      case PduType.deactivateAll:
        this.#share.awaitsConfirm = false;
        this.#share.active = false;
        this.#share.activating = true;
        return wholeDeactivateAll(pdu, this.#share.shareId);
      case PduType.serverRedirection:
        // The session would go on where nothing is recorded or decided.
        outputs.push({ type: 'end', reason: 'server-redirection' });
        return null;
      case PduType.data:
        return this.#data(pdu, decodeShareData(pdu.body), outputs);
      default:
        return this.#recorded ? null : pdu.bytes;
    }
  }

  #demandActive(pdu: SharePdu): Uint8Array {
    const demand = decodeDemandActive(pdu.body);
    this.#share.licensing = false;
    this.#share.shareId = demand.shareId;
    this.#share.awaitsConfirm = true;
    this.#share.active = false;
    this.#share.activating = true;
    const general = findCapability(demand.capabilitySets, 'general');
    this.#share.redraw = {
      refreshRect: (general?.refreshRectSupport ?? 0) !== 0,
      suppressOutput: (general?.suppressOutputSupport ?? 0) !== 0,
    };
    const [bitmap, another] = demand.capabilitySets.filter((set) => set.kind === 'bitmap');
    // Of two sizes the recorder and the client could each take another.
    if (bitmap === undefined || another !== undefined) throw pdu.body.error('invalid', 'not one bitmap capability set');
    const { desktopWidth, desktopHeight, preferredBitsPerPixel: colorDepth } = bitmap;
    if (desktopWidth > MAX_DESKTOP_DIMENSION || desktopHeight > MAX_DESKTOP_DIMENSION) {
      throw pdu.body.error('limit', `desktop of ${desktopWidth} x ${desktopHeight}`);
    }
    this.#share.desktop = { desktopWidth, desktopHeight, colorDepth };
    const shape = this.#recorded ? shapeTargetCapabilities : shapeUnrecordedCapabilities;
    const capabilitySets = shape(demand.capabilitySets);
    if (capabilitySets === null) return pdu.bytes;
    const body = encodeDemandActive({ ...demand, capabilitySets });
    return encodeShareControl({ pduType: PduType.demandActive, pduSource: pdu.pduSource }, body);
  }

  #data(pdu: SharePdu, data: ShareData, outputs: RelayOutput[]): Uint8Array | null {
    const compressed = (data.compressedType & PACKET_COMPRESSED) !== 0;
    const touchesHistory = (data.compressedType & HISTORY_FLAGS) !== 0;
    if (!compressed) this.#notice(data, outputs);
    if (data.pduType2 === PduType2.fontMap) {
      this.#share.active = !this.#share.awaitsConfirm;
      this.#share.activating = false;
    }
    if (!this.#recorded) return pdu.bytes;
    // All compressed PDUs share one history with the updates, so the recorder needs them whatever they say.
    if (data.pduType2 === PduType2.update || data.pduType2 === PduType2.pointer || touchesHistory) {
      outputs.push({ type: 'record', kind: 'share-data', pdu: pdu.bytes });
      return pdu.bytes;
    }
    return WITHOUT_PIXELS.has(data.pduType2) ? pdu.bytes : null;
  }

  #notice(data: ShareData, outputs: RelayOutput[]): void {
    try {
      if (data.pduType2 === PduType2.saveSessionInfo) noticeLogon(data.payload, outputs);
      if (data.pduType2 === PduType2.setErrorInfo) noticeError(data.payload, outputs);
    } catch (error) {
      // The client is told all the same; a notice that cannot be read is no reason to end the session.
      if (!(error instanceof DecodeError)) throw error;
    }
  }
}

/** xrdp says nothing behind the header, and IronRDP insists on the rest; 2.2.3.1. */
function wholeDeactivateAll(pdu: SharePdu, shareId: number | null): Uint8Array {
  if (pdu.body.remaining > 0 || shareId === null) return pdu.bytes;
  const body = encodeDeactivateAll({ shareId, sourceDescriptor: Uint8Array.of(0) });
  return encodeShareControl({ pduType: PduType.deactivateAll, pduSource: pdu.pduSource }, body);
}

function noticeLogon(payload: Uint8Array, outputs: RelayOutput[]): void {
  const event = logonEvent(payload);
  if (event === null) return;
  outputs.push({ type: 'event', event });
  if (isEntraAccount(event.data)) outputs.push({ type: 'entra-seen', where: 'save-session-info' });
}

function noticeError(payload: Uint8Array, outputs: RelayOutput[]): void {
  const { errorInfo } = decodeSetErrorInfo(new Reader(payload, 'SetErrorInfo'));
  if (errorInfo === 0) return;
  const { name, sentence } = describeErrorInfo(errorInfo);
  outputs.push({ type: 'event', event: { kind: 'error-info', data: { code: errorInfo, name, sentence } } });
}
