/**
 * Ends the output of a test run with the plain line `N passed, N failed`. A file that cannot be loaded, a failing
 * hook of a file and an error outside any test count as failures: the line never looks better than the exit code.
 */
import { writeSync } from 'node:fs';
import type { Reporter, SerializedError, TestModule, Vitest } from 'vitest/node';

export interface Counts {
  passed: number;
  failed: number;
}

export function countResults(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): Counts {
  const counts = { passed: 0, failed: unhandledErrors.length };
  for (const module of modules) {
    counts.failed += module.errors().length;
    for (const suite of module.children.allSuites()) counts.failed += suite.errors().length;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      if (state === 'passed') counts.passed += 1;
      else if (state === 'failed') counts.failed += 1;
      // A test that was started and has no result did not end: the run was cut off.
      else if (state === 'pending') counts.failed += 1;
    }
  }
  return counts;
}

export default class ClosingLineReporter implements Reporter {
  #watching = false;
  #counts: Counts | undefined;

  onInit(vitest: Vitest): void {
    this.#watching = vitest.config.watch;
    if (this.#watching) return;
    // Other reporters and the runner itself write until the process ends, so this line waits for that.
    process.once('exit', () => {
      if (this.#counts) writeSync(1, `${this.#counts.passed} passed, ${this.#counts.failed} failed\n`);
    });
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    this.#counts = countResults(modules, unhandledErrors);
  }
}
