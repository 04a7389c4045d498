/** An HTTP proxy in front of storage that fails on demand, the way networks and services do. */
import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** `lost-answer`: the request is carried out and the connection breaks. `busy`: 503. `reset`: it never arrives. */
export type Fault = 'lost-answer' | 'busy' | 'reset';

export interface FaultyProxy {
  readonly port: number;
  /** Faults for the next requests that `matches` picks, one each. */
  plan(matches: (request: IncomingMessage) => boolean, ...faults: readonly Fault[]): void;
  readonly pending: number;
  stop(): Promise<void>;
}

/** Starts the proxy on a free port. */
export async function startFaultyProxy(targetPort: number): Promise<FaultyProxy> {
  let matches: (request: IncomingMessage) => boolean = () => false;
  let faults: Fault[] = [];
  const server = createServer((incoming, outgoing) => {
    const fault = matches(incoming) ? faults.shift() : undefined;
    if (fault === 'reset') incoming.socket.destroy();
    else if (fault === 'busy') incoming.resume().on('end', () => outgoing.writeHead(503).end());
    else forward(incoming, outgoing, targetPort, fault === 'lost-answer');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    plan: (which, ...what) => {
      matches = which;
      faults = [...what];
    },
    get pending() {
      return faults.length;
    },
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function forward(incoming: IncomingMessage, outgoing: ServerResponse, port: number, loseAnswer: boolean): void {
  const { method, url, headers } = incoming;
  const onward = request({ host: '127.0.0.1', port, method, path: url, headers }, (answer) => {
    if (loseAnswer) {
      answer.resume().on('end', () => incoming.socket.destroy());
      return;
    }
    outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
    answer.pipe(outgoing);
  });
  onward.on('error', () => incoming.socket.destroy());
  incoming.pipe(onward);
}
