/** `witness import` as a person runs it. */
import { execFile } from 'node:child_process';
import { WITNESS } from '../../e2e/support/gateway-process.js';

export interface ImportRun {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

const TIMEOUT_MS = 120_000;

/** With nothing of this process's environment but the PATH. */
export function runImport(args: readonly string[], env: Readonly<Record<string, string>>): Promise<ImportRun> {
  return new Promise((resolve) => {
    const options = { env: { PATH: process.env['PATH'] ?? '', ...env }, timeout: TIMEOUT_MS };
    execFile(process.execPath, [WITNESS, 'import', ...args], options, (error, stdout, stderr) => {
      const status = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      resolve({ status, stdout, stderr });
    });
  });
}
