/**
 * DomainParameters of MCS, ITU-T T.125 section 7 part 2. RDP negotiates nothing with them. Clients encode the same numbers
 * in different widths, so Connect-Initial and Connect-Response keep the encoding; this reads and makes it.
 */
import { Reader } from '../../wire/reader.js';
import { Writer } from '../../wire/writer.js';
import { BER_INTEGER, readUnsigned, writeUnsigned } from './ber.js';

export interface DomainParameters {
  readonly maxChannelIds: number;
  readonly maxUserIds: number;
  readonly maxTokenIds: number;
  readonly numPriorities: number;
  readonly minThroughput: number;
  readonly maxHeight: number;
  readonly maxMcsPduSize: number;
  readonly protocolVersion: number;
}

/** Decodes the contents of the SEQUENCE. */
export function decodeDomainParameters(contents: Uint8Array): DomainParameters {
  const reader = new Reader(contents, 'domainParameters');
  const parameters = {
    maxChannelIds: readUnsigned(reader, BER_INTEGER, 'maxChannelIds'),
    maxUserIds: readUnsigned(reader, BER_INTEGER, 'maxUserIds'),
    maxTokenIds: readUnsigned(reader, BER_INTEGER, 'maxTokenIds'),
    numPriorities: readUnsigned(reader, BER_INTEGER, 'numPriorities'),
    minThroughput: readUnsigned(reader, BER_INTEGER, 'minThroughput'),
    maxHeight: readUnsigned(reader, BER_INTEGER, 'maxHeight'),
    maxMcsPduSize: readUnsigned(reader, BER_INTEGER, 'maxMCSPDUsize'),
    protocolVersion: readUnsigned(reader, BER_INTEGER, 'protocolVersion'),
  };
  reader.end();
  return parameters;
}

/** Encodes the contents of the SEQUENCE. */
export function encodeDomainParameters(value: DomainParameters): Uint8Array {
  const writer = new Writer();
  const numbers = [
    value.maxChannelIds,
    value.maxUserIds,
    value.maxTokenIds,
    value.numPriorities,
    value.minThroughput,
    value.maxHeight,
    value.maxMcsPduSize,
    value.protocolVersion,
  ];
  for (const number of numbers) writeUnsigned(writer, BER_INTEGER, number);
  return writer.finish();
}
