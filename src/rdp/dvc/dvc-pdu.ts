/** Dynamic channel PDUs, [MS-RDPEDYC] 2.2. What create and capabilities PDUs hold depends on who sends them. */
import type { Reader } from '../wire/reader.js';
import {
  decodeDvcCapabilitiesRequest,
  encodeDvcCapabilitiesRequest,
  type DvcCapabilitiesRequest,
} from './capabilities-request.js';
import {
  decodeDvcCapabilitiesResponse,
  encodeDvcCapabilitiesResponse,
  type DvcCapabilitiesResponse,
} from './capabilities-response.js';
import { decodeDvcClose, encodeDvcClose, type DvcClose } from './close.js';
import { decodeDvcCreateRequest, encodeDvcCreateRequest, type DvcCreateRequest } from './create-request.js';
import { decodeDvcCreateResponse, encodeDvcCreateResponse, type DvcCreateResponse } from './create-response.js';
import { decodeDvcData, encodeDvcData, type DvcData } from './data.js';
import { decodeDvcDataFirst, encodeDvcDataFirst, type DvcDataFirst } from './data-first.js';
import { DvcCommand, type DvcHeader, readDvcHeader } from './dvc-header.js';
import { decodeSoftSyncRequest, encodeSoftSyncRequest, type SoftSyncRequest } from './soft-sync-request.js';
import { decodeSoftSyncResponse, encodeSoftSyncResponse, type SoftSyncResponse } from './soft-sync-response.js';

/** Of either side. */
export type DvcDataPdu = ({ readonly kind: 'data-first' } & DvcDataFirst) | ({ readonly kind: 'data' } & DvcData);
type DvcCommonPdu = DvcDataPdu | ({ readonly kind: 'close' } & DvcClose);

export type DvcServerPdu =
  | DvcCommonPdu
  | ({ readonly kind: 'capabilities-request' } & DvcCapabilitiesRequest)
  | ({ readonly kind: 'create-request' } & DvcCreateRequest)
  | ({ readonly kind: 'soft-sync-request' } & SoftSyncRequest);

export type DvcClientPdu =
  | DvcCommonPdu
  | ({ readonly kind: 'capabilities-response' } & DvcCapabilitiesResponse)
  | ({ readonly kind: 'create-response' } & DvcCreateResponse)
  | ({ readonly kind: 'soft-sync-response' } & SoftSyncResponse);

function decodeCommon({ cbId, sp, cmd }: DvcHeader, reader: Reader): DvcCommonPdu {
  switch (cmd) {
    case DvcCommand.dataFirst:
    case DvcCommand.dataFirstCompressed:
      return { kind: 'data-first', ...decodeDvcDataFirst(reader, cbId, sp, cmd === DvcCommand.dataFirstCompressed) };
    case DvcCommand.data:
    case DvcCommand.dataCompressed:
      return { kind: 'data', ...decodeDvcData(reader, cbId, sp, cmd === DvcCommand.dataCompressed) };
    case DvcCommand.close:
      return { kind: 'close', ...decodeDvcClose(reader, cbId, sp) };
    default:
      throw reader.error('invalid', `command ${cmd}`);
  }
}

/** Decodes a PDU of a server. Throws DecodeError. */
export function decodeDvcServerPdu(reader: Reader): DvcServerPdu {
  const header = readDvcHeader(reader);
  switch (header.cmd) {
    case DvcCommand.capabilities:
      return { kind: 'capabilities-request', ...decodeDvcCapabilitiesRequest(reader, header.sp) };
    case DvcCommand.create:
      return { kind: 'create-request', ...decodeDvcCreateRequest(reader, header.cbId, header.sp) };
    case DvcCommand.softSyncRequest:
      return { kind: 'soft-sync-request', ...decodeSoftSyncRequest(reader) };
    default:
      return decodeCommon(header, reader);
  }
}

/** Decodes a PDU of a client. Throws DecodeError. */
export function decodeDvcClientPdu(reader: Reader): DvcClientPdu {
  const header = readDvcHeader(reader);
  switch (header.cmd) {
    case DvcCommand.capabilities:
      return { kind: 'capabilities-response', ...decodeDvcCapabilitiesResponse(reader, header.sp) };
    case DvcCommand.create:
      return { kind: 'create-response', ...decodeDvcCreateResponse(reader, header.cbId, header.sp) };
    case DvcCommand.softSyncResponse:
      return { kind: 'soft-sync-response', ...decodeSoftSyncResponse(reader) };
    default:
      return decodeCommon(header, reader);
  }
}

/** Encodes a PDU of either side. */
export function encodeDvcPdu(pdu: DvcServerPdu | DvcClientPdu): Uint8Array {
  switch (pdu.kind) {
    case 'capabilities-request':
      return encodeDvcCapabilitiesRequest(pdu);
    case 'capabilities-response':
      return encodeDvcCapabilitiesResponse(pdu);
    case 'create-request':
      return encodeDvcCreateRequest(pdu);
    case 'create-response':
      return encodeDvcCreateResponse(pdu);
    case 'data-first':
      return encodeDvcDataFirst(pdu);
    case 'data':
      return encodeDvcData(pdu);
    case 'close':
      return encodeDvcClose(pdu);
    case 'soft-sync-request':
      return encodeSoftSyncRequest(pdu);
    case 'soft-sync-response':
      return encodeSoftSyncResponse(pdu);
  }
}
