/** What the client sends on the I/O channel once Client Info is through. */
import { sendData, type SendDataLocation } from '../connection/mcs/send-data.js';
import { encodeDomainPdu } from '../connection/mcs/domain-pdu.js';
import { SEC_LICENSE_PKT } from '../connection/security-header.js';
import { encodeDataFrame } from '../connection/x224/data.js';
import { decodeConfirmActive, encodeConfirmActive } from '../session/confirm-active.js';
import { decodeShareControl, encodeShareControl, PduType, type SharePdu } from '../session/share-control.js';
import { decodeShareData, PduType2 } from '../session/share-data.js';
import { Reader } from '../wire/reader.js';
import type { RelayOutput } from './output.js';
import { slowPathPointerPosition } from './pointer-position.js';
import { shapeClientCapabilities } from './shaping/capability-sets.js';
import type { ShareState } from './share-state.js';
import type { CapabilitySet } from '../session/capabilities/capability-sets.js';

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
    const end = location.offset + location.sizeBytes;
    const forward: RelayOutput = { type: 'send', to: 'target', bytes: frame };
    if (!this.#share.active && isLicensing(frame, location)) return [forward];
    const pdu = decodeShareControl(new Reader(frame, 'ShareControl', location.offset, end));
    if (pdu.kind === 'flow') return [];
    if (pdu.pduType === PduType.confirmActive) return this.#confirmActive(pdu, location);
    if (pdu.pduType !== PduType.data || !this.#recorded) return [forward];
    return this.#data(pdu, forward);
  }

  #confirmActive(pdu: SharePdu, location: SendDataLocation): readonly RelayOutput[] {
    const confirm = decodeConfirmActive(pdu.body);
    const capabilitySets = this.#recorded ? shapeClientCapabilities(confirm.capabilitySets) : confirm.capabilitySets;
    const body = encodeConfirmActive({ ...confirm, capabilitySets });
    const share = encodeShareControl({ pduType: PduType.confirmActive, pduSource: pdu.pduSource }, body);
    const data = sendData('send-data-request', location.initiator, location.channelId, share);
    this.#share.active = true;
    const outputs: RelayOutput[] = [{ type: 'send', to: 'target', bytes: encodeDataFrame(encodeDomainPdu(data)) }];
    if (this.#share.desktop !== null) {
      const { compression, desktop } = this.#share;
      const activation = { ...desktop, ...pointerCaches(capabilitySets), compression };
      outputs.unshift({ type: 'activation', activation });
    }
    return outputs;
  }

  #data(pdu: SharePdu, forward: RelayOutput): readonly RelayOutput[] {
    const data = decodeShareData(pdu.body);
    if (WITHHELD.has(data.pduType2)) return [];
    if (data.pduType2 !== PduType2.input) return [forward];
    const position = slowPathPointerPosition(data.payload);
    return position === null ? [forward] : [{ type: 'pointer', ...position }, forward];
  }
}

function isLicensing(frame: Uint8Array, location: SendDataLocation): boolean {
  const flags = new Reader(frame, 'licensing', location.offset, location.offset + location.sizeBytes).u16();
  // Of a share control PDU these 16 bits are its length, which is that of the user data.
  return (flags & SEC_LICENSE_PKT) !== 0 && flags !== location.sizeBytes;
}

function pointerCaches(sets: readonly CapabilitySet[]): { colorPointerCacheSize: number; pointerCacheSize: number } {
  const pointer = sets.find((set) => set.kind === 'pointer');
  if (pointer?.kind !== 'pointer') return { colorPointerCacheSize: 0, pointerCacheSize: 0 };
  const { colorPointerCacheSize, pointerCacheSize } = pointer;
  return { colorPointerCacheSize, pointerCacheSize: pointerCacheSize ?? 0 };
}
