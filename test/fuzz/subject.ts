/** What is fuzzed: something that takes a peer's bytes, with examples of what it takes. */
import { DecodeError, UnexpectedPduError } from '../../src/rdp/wire/errors.js';

/** What became of an input. A subject that refuses everything at the first byte is not being tested. */
export type Outcome = 'decoded' | 'refused';

/** Takes inputs one after the other. What it throws is a finding, unless its subject says that it may. */
export interface Step {
  (input: Uint8Array): Outcome;
  /** Frees what is not the garbage collector's; nothing is run afterwards. */
  readonly close?: () => void;
}

export interface Subject {
  readonly name: string;
  /** Share of a run's inputs, compared with those of the other subjects. */
  readonly weight: number;
  /** Inputs that meet the same state, in order; then it begins afresh. */
  readonly batchInputs: number;
  /** Probability that an input is changed: below 1 where state is to get far enough to be worth attacking. */
  readonly mutatedShare: number;
  /** Examples: each is a run of inputs that make sense in this order. */
  readonly streams: readonly (readonly Uint8Array[])[];
  /** Begins a state, which has nothing in common with others that are open at the same time. */
  open(): Step;
  /** Errors that are an answer. */
  readonly refusals: readonly (new (...args: never[]) => Error)[];
  /** Time of one input, whatever its size. */
  readonly limitMs: number;
  /** What the heap and all buffers together may grow to beyond what they were at first. */
  readonly limitBytes: number;
}

export const MEGABYTE = 1024 * 1024;

type Fields = Pick<Subject, 'name' | 'streams' | 'open'> & Partial<Subject>;

/** A subject with the usual bounds. */
export function subject(fields: Fields): Subject {
  return {
    weight: 1,
    batchInputs: 64,
    mutatedShare: 0.95,
    refusals: [DecodeError, UnexpectedPduError],
    limitMs: 250,
    limitBytes: 96 * MEGABYTE,
    ...fields,
  };
}

/** A subject without state: each example is an input by itself. */
export function stateless(
  name: string,
  examples: readonly Uint8Array[],
  decode: (input: Uint8Array) => unknown,
  fields: Partial<Subject> = {},
): Subject {
  const step: Step = (input) => {
    decode(input);
    return 'decoded';
  };
  return subject({ name, streams: examples.map((example) => [example]), open: () => step, ...fields });
}

/** A promise of a subject that its inputs have broken. */
export class BrokenPromise extends Error {
  override readonly name = 'BrokenPromise';
}
