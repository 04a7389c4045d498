/** A TCP proxy whose connections can be cut, as a network does it: without a word to either side. */
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

export interface CuttableProxy {
  readonly port: number;
  /** Ends all connections with a reset. */
  cut(): void;
  close(): Promise<void>;
}

/** Passes connections on to a port of this machine; they come from `from`, one of its loopback addresses. */
export async function startCuttableProxy(targetPort: number, from = '127.0.0.1'): Promise<CuttableProxy> {
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    return socket.on('error', () => undefined).once('close', () => sockets.delete(socket));
  };
  const server: Server = createServer((client) => {
    keep(client);
    const target = keep(connect({ host: '127.0.0.1', port: targetPort, localAddress: from }));
    client.pipe(target).pipe(client);
    client.once('close', () => target.destroy());
    target.once('close', () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = (): void => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  const close = (): Promise<void> => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    cut();
    return closed;
  };
  return { port: (server.address() as AddressInfo).port, cut, close };
}
