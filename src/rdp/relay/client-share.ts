/** What the client sends on the I/O channel once Client Info is through. */
import type { SendDataLocation } from '../connection/mcs/send-data.js';
import { findCapability, type CapabilitySet } from '../session/capabilities/capability-sets.js';
import { decodeConfirmActive, encodeConfirmActive } from '../session/confirm-active.js';
import { encodeShareControl, PduType, type SharePdu } from '../session/share-control.js';
import { decodeShareData, PduType2 } from '../session/share-data.js';
import { UnexpectedPduError } from '../wire/errors.js';
import { claimsLicensing } from './licensing-phase.js';
import type { RelayOutput } from './output.js';
import { slowPathPointerPosition } from './pointer-position.js';
import { passShares, userDataOf } from './pass-shares.js';
import { shapeClientCapabilities, shapeUnrecordedCapabilities, surfaceCodecs } from './shaping/capability-sets.js';
import { orderCaches } from './shaping/drawing-orders.js';
import type { ShareState } from './share-state.js';

/** A client could blank the recording with the one and paint from an earlier session with the other. */
const WITHHELD: ReadonlySet<number> = new Set([PduType2.suppressOutput, PduType2.bitmapCachePersistentList]);

export class ClientShare {
  readonly #share: ShareState;
  readonly #recorded: boolean;

  constructor(share: ShareState, recorded: boolean) {
    this.#share = share;
    this.#recorded = recorded;
  }

  step(frame: Uint8Array, location: SendDataLocation): readonly RelayOutput[] {
    const payload = userDataOf(frame, location);
    const licensing = this.#share.licensing && claimsLicensing(payload);
    if (licensing || !(this.#recorded || this.#share.awaitsConfirm)) {
      return [{ type: 'send', to: 'target', bytes: frame }];
    }
    return passShares(frame, location, 'target', (pdu, outputs) => this.#pdu(pdu, outputs));
  }

  /** Adds what a PDU means to `outputs`; gives its bytes for the target, or null when it is withheld. */
  #pdu(pdu: SharePdu, outputs: RelayOutput[]): Uint8Array | null {
    if (pdu.pduType === PduType.confirmActive) {
      return this.#recorded ? this.#confirmActive(pdu, outputs) : this.#unrecordedConfirm(pdu);
    }
    if (pdu.pduType !== PduType.data || !this.#recorded) return pdu.bytes;
    const data = decodeShareData(pdu.body);
    if (WITHHELD.has(data.pduType2)) return null;
    const position = data.pduType2 === PduType2.input ? slowPathPointerPosition(data.payload) : null;
    if (position !== null) outputs.push({ type: 'pointer', ...position });
    return pdu.bytes;
  }

  /** One that is not due would begin the recorded picture anew although the target draws nothing again. */
  #confirmActive(pdu: SharePdu, outputs: RelayOutput[]): Uint8Array {
    const { awaitsConfirm, compression, desktop } = this.#share;
    if (!awaitsConfirm || desktop === null) throw new UnexpectedPduError('share', 'a data PDU', 'Confirm Active');
    this.#share.awaitsConfirm = false;
    const confirm = decodeConfirmActive(pdu.body);
    const capabilitySets = shapeClientCapabilities(confirm.capabilitySets);
    const fromClient = {
      ...pointerCaches(capabilitySets),
      surfaceCodecs: surfaceCodecs(capabilitySets),
      orderCaches: orderCaches(capabilitySets),
    };
    outputs.push({ type: 'activation', activation: { ...desktop, ...fromClient, compression } });
    this.#noticeSize(desktop, outputs);
    const body = encodeConfirmActive({ ...confirm, capabilitySets });
    return encodeShareControl({ pduType: PduType.confirmActive, pduSource: pdu.pduSource }, body);
  }

  #unrecordedConfirm(pdu: SharePdu): Uint8Array {
    this.#share.awaitsConfirm = false;
    const confirm = decodeConfirmActive(pdu.body);
    const capabilitySets = shapeUnrecordedCapabilities(confirm.capabilitySets);
    if (capabilitySets === null) return pdu.bytes;
    const body = encodeConfirmActive({ ...confirm, capabilitySets });
    return encodeShareControl({ pduType: PduType.confirmActive, pduSource: pdu.pduSource }, body);
  }

  /** A desktop of another size than before belongs on the event track. */
  #noticeSize(desktop: { desktopWidth: number; desktopHeight: number }, outputs: RelayOutput[]): void {
    const { desktopWidth: width, desktopHeight: height } = desktop;
    const size = `${width} x ${height}`;
    const { confirmedSize } = this.#share;
    this.#share.confirmedSize = size;
    if (confirmedSize === null || confirmedSize === size) return;
    outputs.push({ type: 'event', event: { kind: 'resize', data: { width, height } } });
  }
}

function pointerCaches(sets: readonly CapabilitySet[]): { colorPointerCacheSize: number; pointerCacheSize: number } {
  const pointer = findCapability(sets, 'pointer');
  const { colorPointerCacheSize = 0, pointerCacheSize = 0 } = pointer ?? {};
  return { colorPointerCacheSize, pointerCacheSize };
}
