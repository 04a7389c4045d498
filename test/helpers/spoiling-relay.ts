/**
 * A way to a real target on which PDUs can be put in as if the target had sent them, and on which it is seen what the
 * target is asked. Everything else passes as it is.
 */
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { createSecureContext } from 'node:tls';
import { onTestFinished } from 'vitest';
import { RelayPump } from '../../src/gateway/relay/relay-pump.js';
import { makeCertificate } from '../../src/gateway/tls/certificate.js';
import { locateSendData } from '../../src/rdp/connection/mcs/send-data.js';
import type { RelayMachine, RelayOutput } from '../../src/rdp/relay/output.js';
import { PduType, sharePdus } from '../../src/rdp/session/share-control.js';
import { decodeShareData, PduType2 } from '../../src/rdp/session/share-data.js';
import { DecodeError } from '../../src/rdp/wire/errors.js';
import { isFastPath } from '../../src/rdp/wire/tpkt.js';
import { openLegs } from './relay-legs.js';

export interface SpoilingRelay {
  readonly port: number;
  /** Puts PDUs before what the client is sent next; the next that it says itself brings them, too. */
  inject(...pdus: readonly Uint8Array[]): void;
  /** Types of the Data PDUs that the target was sent, or would have been. */
  readonly asked: readonly number[];
  /** Holds requests to draw again back until the function that it returns is called and the client says something. */
  holdRedraws(): () => void;
}

/** Relays one connection after the other to a port of 127.0.0.1 until the test ends. */
export async function startSpoilingRelay(targetPort: number): Promise<SpoilingRelay> {
  const { certificatePem: cert, privateKeyPem } = await makeCertificate(['localhost'], Date.now());
  const secureContext = createSecureContext({ cert, key: privateKeyPem });
  const waiting: Uint8Array[] = [];
  const asked: number[] = [];
  const held: Uint8Array[] = [];
  let holding = false;
  const injected = (): RelayOutput[] =>
    waiting.splice(0).map((bytes) => ({ type: 'send', to: 'client', bytes }) as const);
  const run = async (socket: Socket): Promise<void> => {
    const { target, client } = await openLegs(socket, targetPort, secureContext);
    const machine: RelayMachine = {
      fromTarget: (bytes) => [...injected(), { type: 'send', to: 'client', bytes }],
      fromClient: (bytes) => {
        const types = dataPduTypes(bytes);
        asked.push(...types);
        const redraw = types.includes(PduType2.suppressOutput) || types.includes(PduType2.refreshRect);
        held.push(bytes);
        if (holding && redraw) return injected();
        const sent = holding ? held.splice(-1) : held.splice(0);
        return [...injected(), ...sent.map((one) => ({ type: 'send', to: 'target', bytes: one }) as const)];
      },
      redraw: () => [],
      close: () => [],
    };
    const ignored = { onEvent: () => {}, onEntraSeen: () => {}, onTraceLost: () => false };
    await new RelayPump(client, target.socket, machine, null, ignored).done;
    client.destroy();
    target.socket.destroy();
  };
  const server = createServer({ pauseOnConnect: true }, (socket) => void run(socket).catch(() => socket.destroy()));
  await new Promise<void>((listening) => {
    server.listen(0, '127.0.0.1', listening);
  });
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const holdRedraws = (): (() => void) => {
    holding = true;
    return () => {
      holding = false;
    };
  };
  return { port, asked, holdRedraws, inject: (...pdus) => void waiting.push(...pdus) };
}

/** What is not in a share says nothing here. */
function dataPduTypes(frame: Uint8Array): number[] {
  if (isFastPath(frame)) return [];
  try {
    const location = locateSendData(frame);
    if (location === null) return [];
    const pdus = [...sharePdus(frame.subarray(location.offset, location.offset + location.sizeBytes))];
    return pdus.flatMap((pdu) =>
      pdu.kind === 'share' && pdu.pduType === PduType.data ? [decodeShareData(pdu.body).pduType2] : [],
    );
  } catch (error) {
    if (error instanceof DecodeError) return [];
    throw error;
  }
}
