/** Both legs of a connection over TLS, as the gateway opens them, without its tickets and certificates. */
import type { Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import { openClientLeg } from '../../src/gateway/rdp/client-leg.js';
import { readConnectionStart } from '../../src/gateway/rdp/connection-start.js';
import { openTargetLeg } from '../../src/gateway/rdp/target/open-target-leg.js';
import { PROTOCOL_SSL } from '../../src/rdp/connection/security-protocols.js';

const TIMEOUT_MS = 5000;

/** Takes a client's connection to a port of 127.0.0.1. */
export async function openLegs(socket: Socket, targetPort: number, secureContext: SecureContext) {
  const { request } = await readConnectionStart(socket, TIMEOUT_MS);
  const target = await openTargetLeg({
    address: '127.0.0.1',
    port: targetPort,
    requestedProtocols: PROTOCOL_SSL,
    flags: 0,
    roots: [],
    checkCertificate: async () => {},
    timeoutMs: TIMEOUT_MS,
  });
  const client = await openClientLeg(socket, request, secureContext, PROTOCOL_SSL, TIMEOUT_MS);
  return { request, target, client };
}
