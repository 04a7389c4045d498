/** One recorder child process: a fork of the compiled entry with an environment that holds no secret. */
import { fork, type ChildProcess } from 'node:child_process';
import type { FromRecorder, ToRecorder } from '../../contract/recorder-protocol.js';

export interface RecorderProcess {
  readonly pid: number;
  send(message: ToRecorder): void;
  kill(): void;
}

export interface RecorderCallbacks {
  readonly onMessage: (message: FromRecorder) => void;
  /** Called once, however the process ended. */
  readonly onExit: (reason: string) => void;
}

export type StartRecorder = (callbacks: RecorderCallbacks) => RecorderProcess;

const PASSED_ON = ['PATH', 'HOME', 'LANG', 'TMPDIR', 'FFMPEG_BIN', 'NODE_EXTRA_CA_CERTS'];
/** Of the azure identity: names of settings that DefaultAzureCredential reads. */
const IDENTITY = /^(AZURE_|IDENTITY_|MSI_)/;

function recorderEnvironment(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env).filter(([key]) => PASSED_ON.includes(key) || IDENTITY.test(key));
  return Object.fromEntries(entries);
}

/** Starts recorders from the compiled file `entry`. Their output goes to this process's standard error. */
export function recorderStarter(entry: string): StartRecorder {
  return ({ onMessage, onExit }) => {
    const child = fork(entry, [], {
      env: recorderEnvironment(),
      execArgv: ['--max-old-space-size=1024'],
      // A group of its own: Ctrl+C in a terminal is for the gateway, which lets recordings finish.
      detached: true,
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    let exited = false;
    const exit = (reason: string): void => {
      if (exited) return;
      exited = true;
      onExit(reason);
    };
    child.on('message', (message) => onMessage(message as FromRecorder));
    // 'exit' may come before the last messages do; 'close' comes after them.
    child.on('close', (code, signal) => exit(signal ?? `exit code ${code ?? 'unknown'}`));
    child.on('error', (error) => exit(error.message));
    return { pid: child.pid ?? -1, send: (message) => sendTo(child, message), kill: () => child.kill('SIGKILL') };
  };
}

function sendTo(child: ChildProcess, message: ToRecorder): void {
  // A message to a child that is gone is lost with it; its exit is what the caller acts on.
  if (child.connected) child.send(message, () => {});
}
