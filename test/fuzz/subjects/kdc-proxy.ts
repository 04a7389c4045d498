/** The KDC proxy: what a client posts to it, and what a KDC answers. */
import {
  decodeKdcProxyMessage,
  encodeKdcProxyMessage,
  withLength,
} from '../../../src/rdp/kdc-proxy/kdc-proxy-message.js';
import { decodeKdcReply, decodeKdcRequest, kdcReplySize } from '../../../src/rdp/kdc-proxy/kerberos-message.js';
import { der, DER_SEQUENCE, derField } from '../../../src/rdp/nla/der.js';
import { MAX_KERBEROS_MESSAGE_BYTES } from '../../../src/rdp/wire/limits.js';
import { Reader } from '../../../src/rdp/wire/reader.js';
import { integer, kdcRequest } from '../../rdp/kdc-proxy/kdc-request.js';
import { BrokenPromise, stateless, type Subject } from '../subject.js';

const AS_REP = 0x6b;
const KRB_ERROR = 0x7e;

function replies(): Uint8Array[] {
  const padata = derField(2, new Uint8Array(30));
  const fields = [derField(0, integer(5)), derField(1, integer(30)), padata, derField(6, integer(52))];
  return [der(KRB_ERROR, der(DER_SEQUENCE, ...fields)), der(AS_REP, der(DER_SEQUENCE, derField(0, integer(5))))];
}

/** As the gateway reads what is posted; it says the same when it is written and read again. */
function posted(input: Uint8Array): void {
  const read = (bytes: Uint8Array) => decodeKdcProxyMessage(new Reader(bytes, 'fuzz'));
  const message = read(input);
  const again = read(encodeKdcProxyMessage(message));
  if (JSON.stringify(again) !== JSON.stringify(message))
    throw new BrokenPromise('another message after it was written');
  decodeKdcRequest(message.kerbMessage);
}

/** As it comes over TCP. */
function answered(input: Uint8Array): void {
  const size = kdcReplySize(input, MAX_KERBEROS_MESSAGE_BYTES);
  if (size !== null && (size < 4 || size > MAX_KERBEROS_MESSAGE_BYTES + 4)) throw new BrokenPromise(`${size} bytes`);
  decodeKdcReply(input.subarray(4, size ?? 4));
}

export function kdcProxySubjects(): Subject[] {
  const requests = [kdcRequest('EXAMPLE.TEST'), kdcRequest('R', 12)];
  const messages = requests.flatMap((kerbMessage) =>
    [null, 'EXAMPLE.TEST'].map((targetDomain) => encodeKdcProxyMessage({ kerbMessage, targetDomain })),
  );
  return [
    stateless('kdc-proxy-message', messages, posted),
    stateless('kdc-request', requests, decodeKdcRequest, { weight: 0.5 }),
    stateless('kdc-reply', replies().map(withLength), answered, { weight: 0.5 }),
  ];
}
