/** What the relay is measured against: X.224 passed on, TLS on both legs, and `pipe` between them. Nothing is looked at. */
import { connect, createServer, type Socket } from 'node:net';
import { connect as connectTls, createSecureContext, TLSSocket } from 'node:tls';
import { makeCertificate } from '../../src/gateway/tls/certificate.js';
import { listen } from './blaster.js';

/** Started as a process of its own: prints its port, and ends with its parent. */
async function main(targetPort: number): Promise<void> {
  const { certificatePem: cert, privateKeyPem: key } = await makeCertificate(['localhost'], Date.now());
  const secureContext = createSecureContext({ cert, key });
  const server = createServer({ noDelay: true }, (client) => {
    const target = connect({ host: '127.0.0.1', port: targetPort, noDelay: true });
    client.once('data', (request) => {
      client.pause();
      target.write(request);
    });
    target.once('data', (confirm) => {
      target.pause();
      client.write(confirm);
      const toTarget = connectTls({ socket: target, rejectUnauthorized: false });
      const toClient = new TLSSocket(client, { isServer: true, secureContext });
      toClient.pipe(toTarget).on('error', () => client.destroy());
      toTarget.pipe(toClient).on('error', () => target.destroy());
    });
    for (const socket of [client, target] satisfies Socket[]) socket.on('error', () => socket.destroy());
  });
  process.stdout.write(`${await listen(server)}\n`);
  process.stdin.resume().on('end', () => process.exit(0));
}

await main(Number(process.argv[2]));
