/** How a run's inputs are divided: by weight between subjects, and into tasks that all subjects take turns with. */
import type { Task } from './protocol.js';
import type { Subject } from './subject.js';

/** A task ends soon enough for a run to keep its time. */
const TASK_INPUTS = 2048;

export function planTasks(subjects: readonly Subject[], seed: number, inputs: number): Task[] {
  const weights = subjects.reduce((sum, { weight }) => sum + weight, 0);
  const placed = subjects.flatMap((subject) => {
    const batches = Math.ceil((inputs * subject.weight) / weights / subject.batchInputs);
    const perTask = Math.max(1, Math.floor(TASK_INPUTS / subject.batchInputs));
    const count = Math.ceil(batches / perTask);
    return Array.from({ length: count }, (_, turn) => {
      const firstBatch = turn * perTask;
      const task: Task = {
        subject: subject.name,
        seed,
        firstBatch,
        batches: Math.min(perTask, batches - firstBatch),
        careful: false,
      };
      return { turn: turn / count, task };
    });
  });
  return placed.sort((a, b) => a.turn - b.turn).map(({ task }) => task);
}
