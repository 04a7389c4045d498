/** Capability exchange, finalization ([MS-RDPBCGR] 1.3.1.1) and the active session, on the client's side. */
import { findCapability } from '../session/capabilities/capability-sets.js';
import { decodeDemandActive } from '../session/demand-active.js';
import { decodeSetErrorInfo } from '../session/set-error-info.js';
import { PduType, sharePdus, type SharePdu } from '../session/share-control.js';
import { decodeShareData, PACKET_COMPRESSED, PduType2 } from '../session/share-data.js';
import { UnexpectedPduError } from '../wire/errors.js';
import { Reader } from '../wire/reader.js';
import { activationFrames } from './client-pdus.js';
import type { ClientOutput, ClientShare, ClientState, ClientStep } from './client-state.js';

type ShareState = Extract<ClientState, { name: 'expect-demand-active' | 'expect-font-map' | 'active' }>;

interface ShareStep {
  readonly state: ShareState;
  readonly outputs: readonly ClientOutput[];
}

/** Takes user data of the I/O channel, which may hold several PDUs. */
export function stepShare(start: ShareState, userData: Uint8Array): ClientStep {
  let state = start;
  const outputs: ClientOutput[] = [];
  for (const pdu of sharePdus(userData)) {
    if (pdu.kind === 'flow') continue;
    const step = sharePdu(state, pdu);
    state = step.state;
    outputs.push(...step.outputs);
  }
  return { state, outputs };
}

function sharePdu(state: ShareState, pdu: SharePdu): ShareStep {
  switch (pdu.pduType) {
    case PduType.demandActive:
      if (state.name !== 'expect-demand-active')
        throw new UnexpectedPduError(state.name, 'a Data PDU', 'demand-active');
      return demandActive(state, pdu);
    case PduType.deactivateAll:
      return { state: { name: 'expect-demand-active', session: state.session }, outputs: [{ type: 'deactivated' }] };
    case PduType.data:
      return dataPdu(state, pdu);
    default:
      throw new UnexpectedPduError(state.name, 'a Data PDU', `pduType ${pdu.pduType}`);
  }
}

function demandActive({ session }: ShareState, pdu: SharePdu): ShareStep {
  const { shareId, capabilitySets } = decodeDemandActive(pdu.body);
  const bitmap = findCapability(capabilitySets, 'bitmap');
  if (bitmap === undefined) throw pdu.body.error('invalid', 'no bitmap capability set');
  const { desktopWidth, desktopHeight, preferredBitsPerPixel: colorDepth } = bitmap;
  const share: ClientShare = {
    shareId,
    desktop: { desktopWidth, desktopHeight, colorDepth },
    capabilities: capabilitySets,
  };
  return {
    state: { name: 'expect-font-map', session, share },
    outputs: activationFrames(session, share).map((bytes) => ({ type: 'send', bytes })),
  };
}

function dataPdu(state: ShareState, pdu: SharePdu): ShareStep {
  const { pduType2, compressedType, payload } = decodeShareData(pdu.body);
  const isPlain = (compressedType & PACKET_COMPRESSED) === 0;
  if (pduType2 === PduType2.setErrorInfo && isPlain) {
    const { errorInfo } = decodeSetErrorInfo(new Reader(payload, 'Set Error Info'));
    return { state, outputs: [{ type: 'error-info', errorInfo }] };
  }
  if (state.name === 'expect-font-map') {
    if (pduType2 === PduType2.fontMap)
      return { state: { ...state, name: 'active' }, outputs: [{ type: 'active', share: state.share }] };
    if (pduType2 === PduType2.synchronize || pduType2 === PduType2.control) return { state, outputs: [] };
  }
  return { state, outputs: [{ type: 'share-data', pduType2, compressedType, payload, pdu: pdu.bytes }] };
}
