/** Stands between a client and a server, ends TLS on both legs, and writes the secrets of the server's leg to a key log. */
import { appendFileSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { connect as connectTls, createSecureContext, TLSSocket } from 'node:tls';
import { makeCertificate } from '../../../src/gateway/tls/certificate.js';
import type { Lab } from '../../peers/lab.js';

export interface KeylogRelayOptions {
  readonly targetPort: number;
  /** The file to write. */
  readonly keylog: string;
  /** The server's own, in PEM: with NLA a client talks to no other. One of its own when left out. */
  readonly identity?: { readonly cert: string; readonly key: string };
}

/** Gives the port to connect to. */
export async function startKeylogRelay(
  lab: Lab,
  { targetPort, keylog, identity }: KeylogRelayOptions,
): Promise<number> {
  const secureContext = createSecureContext(identity ?? (await ownIdentity()));
  const sockets = new Set<Socket>();
  writeFileSync(keylog, '');
  const server = createServer({ noDelay: true }, (client) => {
    const target = connect({ host: '127.0.0.1', port: targetPort, noDelay: true });
    for (const socket of [client, target]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
    }
    // X.224 comes before TLS, one PDU each way.
    client.once('data', (request) => {
      client.pause();
      target.write(request);
    });
    target.once('data', (confirm) => {
      target.pause();
      client.write(confirm);
      const toTarget = connectTls({ socket: target, rejectUnauthorized: false });
      toTarget.on('keylog', (line: Buffer) => appendFileSync(keylog, line));
      const toClient = new TLSSocket(client, { isServer: true, secureContext });
      toClient.pipe(toTarget).on('error', () => client.destroy());
      toTarget.pipe(toClient).on('error', () => target.destroy());
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  lab.onClose(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}

async function ownIdentity(): Promise<{ cert: string; key: string }> {
  const { certificatePem: cert, privateKeyPem: key } = await makeCertificate(['localhost'], Date.now());
  return { cert, key };
}
