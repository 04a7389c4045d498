/** RDS AAD Auth: its messages one by one, and the client that signs in with them. */
import { AadMessageScan } from '../../../src/rdp/aad/aad-json.js';
import { type AadClientState, stepAadClient } from '../../../src/rdp/aad/aad-client.js';
import {
  decodeAuthenticationRequest,
  encodeAuthenticationRequest,
} from '../../../src/rdp/aad/authentication-request.js';
import {
  decodeAuthenticationResult,
  E_ACCESSDENIED,
  encodeAuthenticationResult,
  ntStatusOf,
  S_OK,
} from '../../../src/rdp/aad/authentication-result.js';
import { decodeServerNonce, encodeServerNonce } from '../../../src/rdp/aad/server-nonce.js';
import { encodeUtf8 } from '../../../src/contract/utf8.js';
import { BrokenPromise, stateless, type Step, subject, type Subject } from '../subject.js';

const NONCES = [
  encodeServerNonce('AwABAAEAAAACAOz_BQD0_w'),
  encodeUtf8('\0{ "ts_nonce" : "A\\u00e4\\"}", "other": [{}, 1.5e3, null] }'),
];
const RESULTS = [
  encodeAuthenticationResult(S_OK),
  encodeAuthenticationResult(E_ACCESSDENIED),
  encodeUtf8('{"authentication_result":"0xd000006d"}\0'),
  encodeUtf8('{"authentication_result":-2147024891}'),
];
const REQUESTS = [encodeAuthenticationRequest(`${'eyJ'.repeat(300)}.e30.c2ln`)];

/** What a stream's reader relies on: a size takes the message alone, and is the same when less has come. */
function sized(input: Uint8Array): Uint8Array | null {
  const scan = new AadMessageScan();
  const early = scan.size(input.subarray(0, input.length >> 1));
  const size = early ?? scan.size(input);
  if (size === null) return null;
  if (size < 2 || size > input.length) throw new BrokenPromise(`${size} bytes of ${input.length}`);
  const message = input.subarray(0, size);
  if (new AadMessageScan().size(message) !== size) throw new BrokenPromise('another size without what follows');
  return message;
}

function nonce(input: Uint8Array): void {
  if (decodeServerNonce(input) === '') throw new BrokenPromise('an empty nonce');
}

function result(input: Uint8Array): void {
  const hresult = decodeAuthenticationResult(input);
  if (hresult !== hresult >>> 0) throw new BrokenPromise('an HRESULT of more than 32 bits');
  ntStatusOf(hresult);
}

/** The state machine behind the framing, as it stands at the target's connection. */
function client(): Step {
  let state: AadClientState = 'expect-server-nonce';
  let asserted = 0;
  return (input) => {
    const message = sized(input);
    if (message === null) return 'refused';
    const step = stepAadClient(state, message, (serverNonce) => {
      asserted += 1;
      if (serverNonce === '') throw new BrokenPromise('an empty nonce was asserted');
      return 'e30.e30.c2ln';
    });
    if (asserted > 1) throw new BrokenPromise('the person was asserted twice');
    if (step.outputs.some(({ type }) => type === 'done') && asserted === 0) throw new BrokenPromise('done unasked');
    ({ state } = step);
    return 'decoded';
  };
}

export function aadSubjects(): Subject[] {
  const all = [...NONCES, ...RESULTS, ...REQUESTS];
  return [
    stateless('aad-message-size', all, sized, { weight: 0.5 }),
    stateless('aad-server-nonce', NONCES, nonce, { weight: 0.5 }),
    stateless('aad-result', RESULTS, result, { weight: 0.5 }),
    stateless('aad-request', REQUESTS, decodeAuthenticationRequest, { weight: 0.5 }),
    subject({
      name: 'aad-client',
      weight: 0.5,
      streams: NONCES.flatMap((first) => RESULTS.map((second) => [first, second])),
      open: client,
      batchInputs: 4,
      mutatedShare: 0.4,
    }),
  ];
}
