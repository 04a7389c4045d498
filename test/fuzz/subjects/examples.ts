/** PDUs to begin with: those of recorded connections and of the specification, and what our codecs write. */
import fc from 'fast-check';
import { SEC_INFO_PKT, SEC_LICENSE_PKT } from '../../../src/rdp/connection/security-header.js';
import { locateSendData } from '../../../src/rdp/connection/mcs/send-data.js';
import { Conversation } from '../../rdp/server/sequences.js';
import { capture, CAPTURES, hexFixture } from '../../helpers/fixture-files.js';

/** What an arbitrary of fast-check gives for a seed that does not change. */
export function samples<T>(arbitrary: fc.Arbitrary<T>, count: number): T[] {
  return fc.sample(arbitrary, { seed: 7, numRuns: count });
}

const CONNECT_INITIAL_TAG = 0x65;
const CONNECT_RESPONSE_TAG = 0x66;
const TAG_OFFSET = 8;

function conversations(): Conversation[] {
  return [new Conversation(), new Conversation({ desktopWidth: 1920, desktopHeight: 1080, colorDepth: 16 })];
}

/** All frames of both sides, recorded and our own. */
export function frames(): { readonly client: Uint8Array[]; readonly target: Uint8Array[] } {
  const recorded = CAPTURES.map(capture);
  const ours = conversations();
  return {
    client: [
      ...recorded.flatMap(({ client }) => client),
      ...ours.flatMap(({ toServer }) => toServer.map(({ pdu }) => pdu)),
    ],
    target: [
      ...recorded.flatMap(({ target }) => target),
      ...ours.flatMap(({ toClient }) => toClient.map(({ pdu }) => pdu)),
    ],
  };
}

/** Frames inside TLS: data TPDUs. */
export function dataFrames(list: readonly Uint8Array[]): Uint8Array[] {
  return list.filter((frame) => frame[0] === 3 && frame[5] === 0xf0);
}

const hasTag = (frame: Uint8Array, tag: number): boolean => frame[7] === 0x7f && frame[TAG_OFFSET] === tag;

export function connectInitials(): Uint8Array[] {
  return dataFrames(frames().client).filter((frame) => hasTag(frame, CONNECT_INITIAL_TAG));
}

export function connectResponses(): Uint8Array[] {
  return dataFrames(frames().target).filter((frame) => hasTag(frame, CONNECT_RESPONSE_TAG));
}

/** User data of send data PDUs. */
function userData(list: readonly Uint8Array[]): Uint8Array[] {
  return dataFrames(list).flatMap((frame) => {
    if (hasTag(frame, CONNECT_INITIAL_TAG) || hasTag(frame, CONNECT_RESPONSE_TAG)) return [];
    const location = locateSendData(frame);
    return location === null ? [] : [frame.slice(location.offset, location.offset + location.sizeBytes)];
  });
}

function secured(list: readonly Uint8Array[], flag: number): Uint8Array[] {
  return userData(list).filter((data) => {
    // Under TLS only these PDUs have a security header; a share control header reads as one of other flags.
    return data.length > 4 && (data[0] ?? 0) + ((data[1] ?? 0) << 8) === flag;
  });
}

export const clientInfos = (): Uint8Array[] => secured(frames().client, SEC_INFO_PKT);
export const licences = (): Uint8Array[] => secured(frames().target, SEC_LICENSE_PKT);

const EXAMPLES = [
  'client-control-cooperate',
  'client-control-request',
  'client-synchronize',
  'confirm-active',
  'demand-active',
  'enhanced-redirection',
  'font-list',
  'font-map',
  'persistent-key-list',
  'save-session-info-extended',
  'save-session-info-plain-notify',
  'save-session-info-version-2',
  'server-control-cooperate',
  'server-control-granted',
  'server-synchronize',
  'shutdown-denied',
  'shutdown-request',
] as const;

/** PDUs from their share control headers on. */
export function sharePduExamples(): Uint8Array[] {
  const { client, target } = frames();
  const known = [...clientInfos(), ...licences()];
  const ours = [...userData(client), ...userData(target)].filter((data) => !known.some((one) => sameBytes(one, data)));
  return [...EXAMPLES.map((name) => hexFixture(`ms-rdpbcgr-examples/${name}.hex`)), ...ours];
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
