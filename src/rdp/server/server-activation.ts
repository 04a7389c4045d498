/** Capability exchange, connection finalization ([MS-RDPBCGR] 1.3.1.1) and the active session, on the server's side. */
import { decodeConfirmActive } from '../session/confirm-active.js';
import { ControlAction, decodeControl, encodeControl } from '../session/control.js';
import { EMPTY_FONT_MAP, encodeFontMap } from '../session/font-map.js';
import { PduType, SERVER_CHANNEL_ID, sharePdus, type SharePdu } from '../session/share-control.js';
import { decodeShareData, PduType2 } from '../session/share-data.js';
import { encodeSynchronize } from '../session/synchronize.js';
import { UnexpectedPduError } from '../wire/errors.js';
import { Reader } from '../wire/reader.js';
import { dataFrame, refuse } from './server-pdus.js';
import type { ActiveServer, FinalizationState, ServerOutput, ServerState, ServerStep } from './server-state.js';

type ActivationState = Extract<ServerState, { name: 'expect-confirm-active' }> | FinalizationState;

/** Data PDUs that a client may send at any time; before the session is active they mean nothing. */
const INPUT_TYPES: ReadonlySet<number> = new Set([
  PduType2.input,
  PduType2.suppressOutput,
  PduType2.refreshRect,
  PduType2.bitmapCachePersistentList,
]);

/** A step of a session that is activated or on its way to it. */
interface ActivationStep {
  readonly state: ActivationState | ActiveServer | { readonly name: 'closed' };
  readonly outputs: readonly ServerOutput[];
}

/** Takes user data of the I/O channel of a session that is being activated. */
export function stepActivation(start: ActivationState, userData: Uint8Array): ServerStep {
  let state: ActivationStep['state'] = start;
  const outputs: ServerOutput[] = [];
  for (const pdu of sharePdus(userData)) {
    if (pdu.kind === 'flow' || state.name === 'closed') continue;
    const step: ActivationStep = state.name === 'active' ? activePdu(state, pdu) : activationPdu(state, pdu);
    state = step.state;
    outputs.push(...step.outputs);
  }
  return { state, outputs };
}

/** Takes user data of the I/O channel of an active session. */
export function stepActive(state: ActiveServer, userData: Uint8Array): ServerStep {
  const outputs: ServerOutput[] = [];
  for (const pdu of sharePdus(userData)) {
    if (pdu.kind === 'share') outputs.push(...activePdu(state, pdu).outputs);
  }
  return { state, outputs };
}

function activePdu(state: ActiveServer, pdu: SharePdu): ActivationStep {
  if (pdu.pduType !== PduType.data) throw new UnexpectedPduError(state.name, 'a Data PDU', `pduType ${pdu.pduType}`);
  const { pduType2, payload } = decodeShareData(pdu.body);
  return { state, outputs: [{ type: 'share-data', pduType2, payload }] };
}

function activationPdu(state: ActivationState, pdu: SharePdu): ActivationStep {
  if (state.name === 'expect-confirm-active' && pdu.pduType === PduType.confirmActive) return confirmActive(state, pdu);
  if (pdu.pduType !== PduType.data) {
    throw new UnexpectedPduError(state.name, state.name.slice('expect-'.length), `pduType ${pdu.pduType}`);
  }
  const { pduType2, payload } = decodeShareData(pdu.body);
  // A deactivated client may have sent Data PDUs of every kind before it learned of it.
  if (state.name === 'expect-confirm-active' || INPUT_TYPES.has(pduType2)) return { state, outputs: [] };
  return finalizationPdu(state, pduType2, new Reader(payload, 'finalization'));
}

function confirmActive(
  state: Extract<ActivationState, { name: 'expect-confirm-active' }>,
  pdu: SharePdu,
): ActivationStep {
  const { session } = state;
  const { capabilitySets, shareId } = decodeConfirmActive(pdu.body);
  if (shareId !== session.shareId) throw new UnexpectedPduError(state.name, 'confirm-active', 'another share');
  const synchronize = encodeSynchronize({ targetUser: session.userChannelId });
  const cooperate = encodeControl({ action: ControlAction.cooperate, grantId: 0, controlId: 0 });
  return {
    state: { name: 'expect-synchronize', session, capabilities: capabilitySets },
    outputs: [
      { type: 'send', bytes: dataFrame(session, PduType2.synchronize, synchronize) },
      { type: 'send', bytes: dataFrame(session, PduType2.control, cooperate) },
    ],
  };
}

function finalizationPdu(state: FinalizationState, pduType2: number, reader: Reader): ActivationStep {
  const unexpected = (): UnexpectedPduError =>
    new UnexpectedPduError(state.name, state.name.slice('expect-'.length), `pduType2 ${pduType2}`);
  switch (state.name) {
    case 'expect-synchronize':
      if (pduType2 !== PduType2.synchronize) throw unexpected();
      return { state: { ...state, name: 'expect-control-cooperate' }, outputs: [] };
    case 'expect-control-cooperate':
      if (pduType2 !== PduType2.control || decodeControl(reader).action !== ControlAction.cooperate) throw unexpected();
      return { state: { ...state, name: 'expect-control-request' }, outputs: [] };
    case 'expect-control-request':
      if (pduType2 !== PduType2.control || decodeControl(reader).action !== ControlAction.requestControl) {
        throw unexpected();
      }
      return { state: { ...state, name: 'expect-font-list' }, outputs: [grantControl(state)] };
    case 'expect-font-list':
      if (pduType2 !== PduType2.fontList) throw unexpected();
      return activate(state);
  }
}

function grantControl({ session }: FinalizationState): ServerOutput {
  const grant = { action: ControlAction.grantedControl, grantId: session.userChannelId, controlId: SERVER_CHANNEL_ID };
  return { type: 'send', bytes: dataFrame(session, PduType2.control, encodeControl(grant)) };
}

function activate({ session, capabilities }: FinalizationState): ActivationStep {
  const fontMap = dataFrame(session, PduType2.fontMap, encodeFontMap(EMPTY_FONT_MAP));
  const { refusal } = session.options;
  if (refusal !== undefined) {
    return {
      state: { name: 'closed' },
      outputs: [{ type: 'send', bytes: fontMap }, ...refuse(session, refusal.errorInfo)],
    };
  }
  return {
    state: { name: 'active', session, capabilities },
    outputs: [
      { type: 'send', bytes: fontMap },
      { type: 'active', session, capabilities },
    ],
  };
}
