/** The inputs of a batch: a function of seed, subject and number of the batch, so that any of them can be made again. */
import { mutate } from './mutate.js';
import { Random, seedOf } from './random.js';
import type { Subject } from './subject.js';

/** No example is longer; insertions and splices may not make one that is much longer either. */
const MAX_INPUT_BYTES = 256 * 1024;

export function* batchInputs(subject: Subject, seed: number, batch: number): Generator<Uint8Array, void, undefined> {
  const random = new Random(seedOf(seed, subject.name, batch));
  let left = subject.batchInputs;
  while (left > 0) {
    const stream = random.pick(subject.streams);
    for (const example of stream.slice(0, left)) {
      const other = random.pick(random.pick(subject.streams));
      const changed = random.chance(subject.mutatedShare);
      yield changed ? mutate(example, other, random, MAX_INPUT_BYTES) : example.slice();
      left -= 1;
    }
  }
}
