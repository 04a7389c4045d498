/**
 * Passes the sign-in of a client that speaks CredSSP with the target itself, as one in a browser does: the password is not
 * the gateway's to see. What shows of the way the person signs in is looked at before it is passed on. [invariant 1]
 */
import type { Duplex } from 'node:stream';
import { CONNECT_INITIAL, CONNECT_RESPONSE, SignInPhase } from '../../rdp/capture/sign-in-phase.js';
import { chosenMechanism, ntlmNamesEntra, speaksNtlm } from '../../rdp/capture/sign-in-signs.js';
import { DecodeError } from '../../rdp/wire/errors.js';

/** Why a sign-in was not passed to its end. */
export type SignInEnd =
  /** The client has signed in and goes on with MCS; both streams are paused and hold what follows. */
  | 'signed-in'
  /** Microsoft Entra ID showed, and whoever asked did not want that. */
  | 'entra'
  /** NTLM showed, and is blocked. */
  | 'ntlm'
  | 'client-closed'
  | 'target-closed'
  | 'timeout'
  | 'protocol-error';

export interface PassSignInOptions {
  /** For the whole sign-in. */
  readonly timeoutMs: number;
  /** A message of NTLM ends the sign-in before the peer learns of it. */
  readonly ntlmBlocked: boolean;
  /** Entra ID shows; false ends the sign-in before the peer learns of it. */
  readonly onEntraSeen: (where: 'credssp-negoex' | 'ntlm-authenticate') => boolean;
}

/** Resolves with how it ended, and never rejects. */
export function passSignIn(client: Duplex, target: Duplex, options: PassSignInOptions): Promise<SignInEnd> {
  return new Promise((resolve) => {
    const fromClient = new PassedDirection(CONNECT_INITIAL);
    const fromTarget = new PassedDirection(CONNECT_RESPONSE);
    const finish = (end: SignInEnd): void => {
      clearTimeout(timer);
      client.off('data', onClient).off('end', onClientClosed).off('close', onClientClosed);
      target.off('data', onTarget).off('end', onTargetClosed).off('close', onTargetClosed);
      client.pause();
      target.pause();
      resolve(end);
    };
    /** Throws DecodeError for a sign-in that does not end. */
    const pass = (chunk: Buffer, from: PassedDirection, to: Duplex, entra: () => boolean): Uint8Array | null => {
      const { passed, rest } = from.push(chunk);
      if (options.ntlmBlocked && speaksNtlm(from.exchanged)) return finishNull('ntlm');
      if (entra()) return finishNull('entra');
      if (passed.length > 0) to.write(passed);
      return rest;
    };
    const finishNull = (end: SignInEnd): null => {
      finish(end);
      return null;
    };
    const guarded = (work: () => void): void => {
      try {
        work();
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error;
        finish('protocol-error');
      }
    };
    const refuses = (where: Parameters<typeof options.onEntraSeen>[0], seen: boolean): boolean =>
      seen && !options.onEntraSeen(where);
    const onClient = (chunk: Buffer): void =>
      guarded(() => {
        const entra = (): boolean => refuses('ntlm-authenticate', ntlmNamesEntra(fromClient.exchanged));
        const rest = pass(chunk, fromClient, target, entra);
        if (rest === null) return;
        finish('signed-in');
        client.unshift(rest);
      });
    const onTarget = (chunk: Buffer): void =>
      guarded(() => {
        const entra = (): boolean => refuses('credssp-negoex', chosenMechanism(fromTarget.exchanged) === 'negoex');
        // An answer to MCS before the client has begun it.
        if (pass(chunk, fromTarget, client, entra) !== null) finish('protocol-error');
      });
    const onClientClosed = (): void => finish('client-closed');
    const onTargetClosed = (): void => finish('target-closed');
    const timer = setTimeout(() => finish('timeout'), options.timeoutMs);
    client.on('data', onClient).on('end', onClientClosed).on('close', onClientClosed);
    target.on('data', onTarget).on('end', onTargetClosed).on('close', onTargetClosed);
    if (client.destroyed) onClientClosed();
    else if (target.destroyed) onTargetClosed();
    else {
      client.resume();
      target.resume();
    }
  });
}

/** One direction: what may be passed on, with a first MCS PDU that came in pieces held back. */
class PassedDirection {
  readonly #first: readonly (number | null)[];
  readonly #phase: SignInPhase;
  #passedBytes = 0;

  constructor(first: readonly (number | null)[]) {
    this.#first = first;
    this.#phase = new SignInPhase(first);
  }

  get exchanged(): Uint8Array {
    return this.#phase.exchanged;
  }

  /** `rest` begins with the first MCS PDU; null while that is still to come. */
  push(chunk: Uint8Array): { readonly passed: Uint8Array; readonly rest: Uint8Array | null } {
    const rest = this.#phase.push(chunk);
    const { exchanged } = this.#phase;
    const end = rest === null ? exchanged.length - this.#heldBack(exchanged) : exchanged.length;
    const passed = exchanged.slice(this.#passedBytes, end);
    this.#passedBytes = Math.max(this.#passedBytes, end);
    return { passed, rest };
  }

  /** Bytes at the end that a first MCS PDU may begin with. */
  #heldBack(bytes: Uint8Array): number {
    const most = Math.min(this.#first.length - 1, bytes.length - this.#passedBytes);
    for (let count = most; count > 0; count -= 1) {
      const at = bytes.length - count;
      const begins = this.#first.slice(0, count).every((byte, index) => byte === null || byte === bytes[at + index]);
      if (begins) return count;
    }
    return 0;
  }
}
