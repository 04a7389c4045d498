/** The gateway's side of the channel, for tests: forks the compiled recorder, answers it, and keeps what it said. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { TEST_SIGNATURE } from './test-signature.js';
import type { FromRecorder, ToRecorder } from '../../../src/contract/recorder-protocol.js';

const MAIN = fileURLToPath(new URL('../../../dist/recorder/bundle/main.js', import.meta.url));

type Kind = FromRecorder['type'];
type Of<K extends Kind> = FromRecorder & { readonly type: K };

export class GatewayDouble {
  readonly messages: FromRecorder[] = [];
  readonly #child: ChildProcess;
  readonly #exit: Promise<unknown>;
  #waiting: (() => void)[] = [];
  output = '';

  /** @param onMessage Sees every message before it is answered. */
  constructor(start: ToRecorder & { readonly type: 'start' }, onMessage: (message: FromRecorder) => void = () => {}) {
    this.#child = fork(MAIN, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    this.#exit = once(this.#child, 'exit');
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (text: Buffer) => (this.output += text.toString()));
    }
    this.#child.on('message', (message) => {
      const said = message as FromRecorder;
      this.messages.push(said);
      onMessage(said);
      if (said.type === 'seal-manifest') {
        const audit = { chainId: 'test', sequence: 1, hash: '0'.repeat(64) };
        this.send({ type: 'manifest-sealed', manifest: { ...said.body, audit, signature: TEST_SIGNATURE } });
      }
      for (const resolve of this.#waiting.splice(0)) resolve();
    });
    this.#child.on('exit', () => {
      for (const resolve of this.#waiting.splice(0)) resolve();
    });
    this.send(start);
  }

  send(message: ToRecorder): void {
    if (this.#child.connected) this.#child.send(message);
  }

  /** Ends the recorder without a warning. */
  kill(): void {
    this.#child.kill('SIGKILL');
  }

  disconnect(): void {
    this.#child.disconnect();
  }

  /** Waits for the process to end; the exit code, or null for a signal. */
  async exited(): Promise<number | null> {
    await this.#exit;
    return this.#child.exitCode;
  }

  /** The messages of one kind so far. */
  all<K extends Kind>(kind: K): Of<K>[] {
    return this.messages.filter((message): message is Of<K> => message.type === kind);
  }

  /** Waits until `count` messages of a kind have come. */
  async until(kind: Kind, count = 1): Promise<void> {
    while (this.all(kind).length < count) {
      if (this.#child.exitCode !== null || this.#child.signalCode !== null) {
        throw new Error(`the recorder ended before ${kind}: ${JSON.stringify(this.messages.at(-1))}`);
      }
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }
}
