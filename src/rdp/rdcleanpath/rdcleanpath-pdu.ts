/**
 * RDCleanPath: what a client in a browser and its gateway say to each other before RDP. The client cannot open TCP or TLS,
 * so it hands over its X.224 Connection Request, and gets the target's Connection Confirm and certificates back; RDP goes
 * on without TLS, since the gateway has that with the target. One DER SEQUENCE with explicit tags, as
 * https://github.com/Devolutions/IronRDP/blob/18e259cd108b1debe6598b93f760af5d527ad194/crates/ironrdp-rdcleanpath/src/lib.rs
 * defines it; there is no other specification.
 */
import { decodeUtf8, encodeUtf8 } from '../../contract/utf8.js';
import {
  BER_INTEGER,
  BER_OCTET_STRING,
  BER_SEQUENCE,
  readElement,
  readLength,
  readUnsigned,
  writeElement,
  writeUnsigned,
} from '../connection/mcs/ber.js';
import { MAX_RDCLEANPATH_CERTIFICATES } from '../wire/limits.js';
import { Reader } from '../wire/reader.js';
import { Writer } from '../wire/writer.js';

/** Version 1 is 3389 + 1. */
const RDCLEANPATH_VERSION = 3390;
/** Tag and length of a PDU of 256 bytes or more; the shortest is longer than that. */
const MAX_HEADER_BYTES = 4;
const DER_UTF8_STRING = 0x0c;
/** Constructed and context-specific, with the field's number in the low bits. */
const FIELD_TAG = 0xa0;

const VERSION = 0;
const ERROR = 1;
const DESTINATION = 2;
const PROXY_AUTH = 3;
const PRECONNECTION_BLOB = 5;
const X224_CONNECTION_PDU = 6;
const SERVER_CERT_CHAIN = 7;
const SERVER_ADDR = 9;
const LAST_FIELD = 9;

/** `errorCode` of an error. */
export const GENERAL_ERROR = 1;
/** The target refused the negotiation: its X.224 PDU goes with the error. */
export const NEGOTIATION_ERROR = 2;

export interface RdCleanPathRequest {
  readonly kind: 'request';
  /** Where the client wants to go. A gateway with tickets knows that better. */
  readonly destination: string;
  /** What the gateway lets the client in by. */
  readonly proxyAuth: string;
  readonly preconnectionBlob: string | null;
  /** The X.224 Connection Request with its TPKT header. */
  readonly x224ConnectionPdu: Uint8Array;
}

export interface RdCleanPathResponse {
  readonly kind: 'response';
  /** The X.224 Connection Confirm with its TPKT header. */
  readonly x224ConnectionPdu: Uint8Array;
  /** DER certificates, the server's own first: CredSSP binds to its key. */
  readonly serverCertChain: readonly Uint8Array[];
  readonly serverAddr: string;
}

export interface RdCleanPathError {
  readonly kind: 'error';
  readonly errorCode: number;
  readonly httpStatusCode: number | null;
  /** A code of Windows Sockets. */
  readonly wsaLastError: number | null;
  readonly tlsAlertCode: number | null;
  /** The target's X.224 Connection Confirm when it refused the negotiation. */
  readonly x224ConnectionPdu: Uint8Array | null;
}

export type RdCleanPathPdu = RdCleanPathRequest | RdCleanPathResponse | RdCleanPathError;

/** Reads the one PDU that `reader` holds. Throws DecodeError. */
export function decodeRdCleanPath(reader: Reader): RdCleanPathPdu {
  const sequence = readElement(reader, BER_SEQUENCE, 'rdCleanPathPdu');
  reader.end();
  const fields = readFields(sequence);
  const version = fields.get(VERSION);
  if (version === undefined) throw sequence.error('invalid', 'no version');
  if (only(version, readUint) !== RDCLEANPATH_VERSION) throw version.error('unsupported', 'version');
  const x224ConnectionPdu = read(fields, X224_CONNECTION_PDU, readOctets);
  const error = fields.get(ERROR);
  if (error !== undefined) return { kind: 'error', ...only(error, readErrorCodes), x224ConnectionPdu };
  if (x224ConnectionPdu === null) throw sequence.error('unsupported', 'no X.224 PDU');
  const chain = fields.get(SERVER_CERT_CHAIN);
  if (chain === undefined) return readRequest(fields, x224ConnectionPdu, sequence);
  const serverAddr = read(fields, SERVER_ADDR, readText);
  if (serverAddr === null) throw sequence.error('invalid', 'no server address');
  return { kind: 'response', x224ConnectionPdu, serverCertChain: only(chain, readChain), serverAddr };
}

/** Length in bytes of the PDU that `bytes` begin with; null when more are needed to know it. Throws DecodeError. */
export function rdCleanPathLength(bytes: Uint8Array): number | null {
  if (bytes.length === 0) return null;
  const header = new Reader(bytes, 'rdCleanPathPdu');
  if (header.u8() !== BER_SEQUENCE) throw header.error('invalid', 'tag');
  if (bytes.length < MAX_HEADER_BYTES) return null;
  const contentsBytes = readLength(header);
  return header.offset + contentsBytes;
}

function readRequest(
  fields: ReadonlyMap<number, Reader>,
  x224ConnectionPdu: Uint8Array,
  sequence: Reader,
): RdCleanPathRequest {
  const destination = read(fields, DESTINATION, readText);
  const proxyAuth = read(fields, PROXY_AUTH, readText);
  if (destination === null || proxyAuth === null) throw sequence.error('invalid', 'no destination or no proxyAuth');
  const preconnectionBlob = read(fields, PRECONNECTION_BLOB, readText);
  return { kind: 'request', destination, proxyAuth, preconnectionBlob, x224ConnectionPdu };
}

/** Contents of the fields by number; each at most once, in ascending order, and none that is not known. */
function readFields(sequence: Reader): ReadonlyMap<number, Reader> {
  const fields = new Map<number, Reader>();
  let last = -1;
  while (sequence.remaining > 0) {
    const number = sequence.peekU8() - FIELD_TAG;
    if (number <= last || number > LAST_FIELD) throw sequence.error('invalid', 'field');
    fields.set(number, readElement(sequence, FIELD_TAG + number, `rdCleanPath[${number}]`));
    last = number;
  }
  return fields;
}

function read<T>(fields: ReadonlyMap<number, Reader>, number: number, value: (reader: Reader) => T): T | null {
  const field = fields.get(number);
  return field === undefined ? null : only(field, value);
}

/** The value that a field holds, and nothing behind it. */
function only<T>(field: Reader, value: (reader: Reader) => T): T {
  const result = value(field);
  field.end();
  return result;
}

const readUint = (reader: Reader): number => readUnsigned(reader, BER_INTEGER, 'integer');
const readOctets = (reader: Reader): Uint8Array => readElement(reader, BER_OCTET_STRING, 'octets').rest();

function readText(reader: Reader): string {
  const contents = readElement(reader, DER_UTF8_STRING, 'text');
  const text = decodeUtf8(contents.rest());
  if (text === null) throw contents.error('invalid', 'not UTF-8');
  return text;
}

function readChain(reader: Reader): Uint8Array[] {
  const sequence = readElement(reader, BER_SEQUENCE, 'serverCertChain');
  const chain: Uint8Array[] = [];
  while (sequence.remaining > 0) {
    if (chain.length === MAX_RDCLEANPATH_CERTIFICATES) throw sequence.error('limit', 'certificates');
    chain.push(readOctets(sequence));
  }
  return chain;
}

function readErrorCodes(reader: Reader): Omit<RdCleanPathError, 'kind' | 'x224ConnectionPdu'> {
  const sequence = readElement(reader, BER_SEQUENCE, 'rdCleanPathErr');
  const fields = readFields(sequence);
  const errorCode = read(fields, 0, readUint);
  if (errorCode === null) throw sequence.error('invalid', 'no error code');
  return {
    errorCode,
    httpStatusCode: read(fields, 1, readUint),
    wsaLastError: read(fields, 2, readUint),
    tlsAlertCode: read(fields, 3, readUint),
  };
}

/** Encodes a PDU. Throws RangeError when a field is longer than a 16-bit length says. */
export function encodeRdCleanPath(pdu: RdCleanPathPdu): Uint8Array {
  const fields = new Writer();
  writeField(fields, VERSION, unsigned(RDCLEANPATH_VERSION));
  switch (pdu.kind) {
    case 'request':
      writeField(fields, DESTINATION, text(pdu.destination));
      writeField(fields, PROXY_AUTH, text(pdu.proxyAuth));
      if (pdu.preconnectionBlob !== null) writeField(fields, PRECONNECTION_BLOB, text(pdu.preconnectionBlob));
      writeField(fields, X224_CONNECTION_PDU, octets(pdu.x224ConnectionPdu));
      break;
    case 'response':
      writeField(fields, X224_CONNECTION_PDU, octets(pdu.x224ConnectionPdu));
      writeField(fields, SERVER_CERT_CHAIN, element(BER_SEQUENCE, joined(pdu.serverCertChain.map(octets))));
      writeField(fields, SERVER_ADDR, text(pdu.serverAddr));
      break;
    case 'error':
      writeField(fields, ERROR, element(BER_SEQUENCE, errorCodes(pdu)));
      if (pdu.x224ConnectionPdu !== null) writeField(fields, X224_CONNECTION_PDU, octets(pdu.x224ConnectionPdu));
  }
  return element(BER_SEQUENCE, fields.finish());
}

function errorCodes({ errorCode, httpStatusCode, wsaLastError, tlsAlertCode }: RdCleanPathError): Uint8Array {
  const writer = new Writer();
  for (const [number, code] of [errorCode, httpStatusCode, wsaLastError, tlsAlertCode].entries()) {
    if (code !== null) writeField(writer, number, unsigned(code));
  }
  return writer.finish();
}

function writeField(writer: Writer, number: number, contents: Uint8Array): void {
  writeElement(writer, FIELD_TAG + number, contents);
}

function element(tag: number, contents: Uint8Array): Uint8Array {
  const writer = new Writer();
  writeElement(writer, tag, contents);
  return writer.finish();
}

function unsigned(value: number): Uint8Array {
  const writer = new Writer();
  writeUnsigned(writer, BER_INTEGER, value);
  return writer.finish();
}

const text = (value: string): Uint8Array => element(DER_UTF8_STRING, encodeUtf8(value));
const octets = (value: Uint8Array): Uint8Array => element(BER_OCTET_STRING, value);

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const writer = new Writer();
  for (const piece of pieces) writer.bytes(piece);
  return writer.finish();
}
