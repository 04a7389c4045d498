/** A port of loopback that leads to one server and then to another, as an address does when a machine is replaced. */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface Switch {
  readonly port: number;
  /** Where connections go from now on. */
  switchTo(port: number): void;
  close(): Promise<void>;
}

export async function startSwitch(first: number): Promise<Switch> {
  let to = first;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const target = connect({ host: '127.0.0.1', port: to });
    for (const socket of [client, target]) {
      sockets.add(socket);
      socket.on('error', () => undefined).once('close', () => sockets.delete(socket));
    }
    client.pipe(target).pipe(client);
    client.once('close', () => target.destroy());
    target.once('close', () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    switchTo: (port) => {
      to = port;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
