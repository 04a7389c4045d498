/** A child process of a run: takes tasks, and tells how far it is so that a hang is noticed and found again. */
import type { FromChild, Task } from './protocol.js';
import { BatchRunner } from './run-batches.js';
import { subjectNamed } from './subjects.js';

const SIGN_OF_LIFE_MS = 500;

function say(message: FromChild): void {
  process.send?.(message);
}

process.on('message', (task: Task) => {
  let lastSignMs = performance.now();
  const runner = new BatchRunner(subjectNamed(task.subject), task.seed, {
    before(place) {
      if (!task.careful && performance.now() - lastSignMs < SIGN_OF_LIFE_MS) return;
      lastSignMs = performance.now();
      say({ type: 'at', place });
    },
    found: (finding) => say({ type: 'finding', finding }),
  });
  for (let batch = task.firstBatch; batch < task.firstBatch + task.batches; batch += 1) runner.run(batch);
  say({ type: 'done', tally: runner.tally });
});
process.on('disconnect', () => process.exit());
say({ type: 'ready' });
