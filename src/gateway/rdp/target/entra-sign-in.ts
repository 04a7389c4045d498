/** RDS AAD Auth at a target, [MS-RDPBCGR] 5.4.5.4.1, and what its result means for the session. */
import type { TLSSocket } from 'node:tls';
import { stepAadClient, type AadClientState } from '../../../rdp/aad/aad-client.js';
import { AadMessageScan } from '../../../rdp/aad/aad-json.js';
import { E_ACCESSDENIED, ntStatusOf, S_OK } from '../../../rdp/aad/authentication-result.js';
import { signAssertion } from '../../../rdp/aad/rdp-assertion.js';
import { NlaError, problemOfStatus } from '../../../rdp/nla/nla-error.js';
import { DecodeError, UnexpectedPduError } from '../../../rdp/wire/errors.js';
import type { EntraProof } from '../../entra/entra-proof.js';
import { PeerSilentError, readUntil } from '../connection-start.js';
import { targetProblemOf } from './logon-problem.js';
import { TargetError } from './target-error.js';

export interface EntraSignInOptions {
  /** Of the authority, fresh. */
  readonly aadNonce: string;
  readonly timeoutMs: number;
  readonly clock: () => number;
}

/** Signs in; the socket is paused afterwards. Rejects with `TargetError`. */
export async function signInWithEntra(tls: TLSSocket, proof: EntraProof, options: EntraSignInOptions): Promise<void> {
  let hresult: number;
  try {
    hresult = await converse(tls, proof, options);
  } catch (error) {
    const broken =
      error instanceof DecodeError || error instanceof UnexpectedPduError || error instanceof PeerSilentError;
    if (broken) throw new TargetError('target-entra-failed', error.message);
    throw error;
  }
  if (hresult !== S_OK) throw refusalOf(hresult);
}

async function converse(tls: TLSSocket, proof: EntraProof, options: EntraSignInOptions): Promise<number> {
  const { aadNonce, timeoutMs, clock } = options;
  const { accessToken, resourceUri } = proof;
  const deadline = performance.now() + timeoutMs;
  const assert = (serverNonce: string): string =>
    signAssertion(proof.key(), { accessToken, resourceUri, aadNonce, timestamp: clock() / 1000 }, serverNonce);
  let state: AadClientState = 'expect-server-nonce';
  for (;;) {
    const leftMs = Math.max(1, deadline - performance.now());
    const message = await readUntil(tls, 'the next message of RDS AAD Auth', leftMs, messageReader());
    const step = stepAadClient(state, message, assert);
    state = step.state;
    for (const output of step.outputs) {
      if (output.type === 'done') return output.hresult;
      tls.write(output.bytes);
    }
  }
}

function messageReader(): (bytes: Buffer) => { value: Uint8Array; taken: number } | null {
  const scan = new AadMessageScan();
  return (bytes) => {
    const size = scan.size(bytes);
    return size === null ? null : { value: bytes.subarray(0, size), taken: size };
  };
}

function refusalOf(hresult: number): TargetError {
  const code = `HRESULT 0x${hresult.toString(16).padStart(8, '0')}`;
  const ntStatus = ntStatusOf(hresult);
  if (ntStatus !== null) {
    const problem = problemOfStatus(ntStatus);
    return new TargetError(targetProblemOf(problem), new NlaError(problem, ntStatus).message);
  }
  if (hresult === E_ACCESSDENIED) {
    return new TargetError('target-logon-denied', `the account may not sign in at this target (${code})`);
  }
  return new TargetError('target-entra-failed', `the target did not take the sign-in (${code})`);
}
