/** A server that opens the graphics channel and sends graphics PDUs, for real clients to show. */
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';
import { onTestFinished } from 'vitest';
import { makeCertificate } from '../../../src/gateway/tls/certificate.js';
import { encodeDomainPdu } from '../../../src/rdp/connection/mcs/domain-pdu.js';
import { sendData } from '../../../src/rdp/connection/mcs/send-data.js';
import { encodeConnectionConfirm } from '../../../src/rdp/connection/x224/connection-confirm.js';
import { decodeConnectionRequest } from '../../../src/rdp/connection/x224/connection-request.js';
import { encodeDataFrame } from '../../../src/rdp/connection/x224/data.js';
import { encodeDvcMessage } from '../../../src/rdp/dvc/data.js';
import { decodeDvcClientPdu, encodeDvcPdu, type DvcServerPdu } from '../../../src/rdp/dvc/dvc-pdu.js';
import { encodeGfxPdu, type GfxPdu } from '../../../src/rdp/gfx/gfx-pdu.js';
import { wrapUncompressed } from '../../../src/rdp/gfx/segmented-data.js';
import { isDynamicChannels } from '../../../src/rdp/relay/shaping/static-channels.js';
import { GRAPHICS_CHANNEL } from '../../../src/rdp/relay/shaping/dynamic-channels.js';
import { startServerSequence, stepServerSequence } from '../../../src/rdp/server/server-sequence.js';
import type { ServerSession } from '../../../src/rdp/server/server-state.js';
import { SERVER_CHANNEL_ID } from '../../../src/rdp/session/share-control.js';
import {
  decodeVirtualChannelChunk,
  encodeVirtualChannelChunk,
  splitVirtualChannelMessage,
} from '../../../src/rdp/session/virtual-channel-chunk.js';
import { Reader } from '../../../src/rdp/wire/reader.js';
import { decodeTpkt, encodeTpkt, Framer } from '../../../src/rdp/wire/tpkt.js';
import { CHANNEL, CONFIRM } from './support.js';

export interface GraphicsServerOptions {
  readonly width: number;
  readonly height: number;
  /** Each is one message of the channel. */
  readonly messages: readonly (readonly GfxPdu[])[];
}

/** Listens on a port of 127.0.0.1 until the test ends. */
export async function startGraphicsServer(options: GraphicsServerOptions): Promise<number> {
  const { certificatePem: cert, privateKeyPem: key } = await makeCertificate(['localhost'], Date.now());
  const secureContext = createSecureContext({ cert, key });
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.once('data', (chunk) => {
      const request = decodeConnectionRequest(decodeTpkt(new Reader(chunk, 'TPKT'), 'x224Crq'));
      const negotiation = { kind: 'response', flags: 0, selectedProtocol: 1 } as const;
      const references = { dstRef: 0, srcRef: 0, classOption: 0, trailing: new Uint8Array(0) };
      socket.write(encodeTpkt(encodeConnectionConfirm({ ...references, negotiation })));
      const secure = new TLSSocket(socket, { isServer: true, secureContext });
      run(socket, secure, request.negotiation?.requestedProtocols ?? 0, options);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

function run(socket: Socket, secure: TLSSocket, requestedProtocols: number, options: GraphicsServerOptions): void {
  const framer = new Framer();
  let channel: GraphicsSender | null = null;
  let state = startServerSequence({
    requestedProtocols,
    chooseDesktop: ({ colorDepth }) => ({ desktopWidth: options.width, desktopHeight: options.height, colorDepth }),
  });
  secure.on('error', () => socket.destroy());
  secure.on('data', (chunk: Uint8Array) => {
    for (const pdu of framer.push(chunk)) {
      const step = stepServerSequence(state, pdu);
      state = step.state;
      for (const output of step.outputs) {
        if (output.type === 'send') secure.write(output.bytes);
        if (output.type === 'active') channel ??= new GraphicsSender(secure, output.session, options.messages);
        if (output.type === 'channel-data') channel?.receive(output.channelId, output.data);
      }
    }
  });
}

class GraphicsSender {
  readonly #secure: TLSSocket;
  readonly #channelId: number;
  readonly #messages: GraphicsServerOptions['messages'];
  #confirmed = false;

  constructor(secure: TLSSocket, session: ServerSession, messages: GraphicsServerOptions['messages']) {
    this.#secure = secure;
    this.#messages = messages;
    const index = session.settings.channels.findIndex(({ name }) => isDynamicChannels(name));
    this.#channelId = session.channelIds[index] ?? 0;
    this.#pdu({ kind: 'capabilities-request', sp: 0, version: 1, priorityCharges: null });
  }

  receive(channelId: number, bytes: Uint8Array): void {
    if (channelId !== this.#channelId) return;
    const chunk = decodeVirtualChannelChunk(new Reader(bytes, 'test'));
    const pdu = decodeDvcClientPdu(new Reader(chunk.data, 'test'));
    if (pdu.kind === 'capabilities-response') {
      const create = { cbId: 0, pri: 0, channelId: CHANNEL, trailing: new Uint8Array(0) } as const;
      this.#pdu({ kind: 'create-request', ...create, channelName: GRAPHICS_CHANNEL });
    }
    // The first that the client says are its capabilities.
    if (pdu.kind !== 'data' || this.#confirmed) return;
    this.#confirmed = true;
    for (const pdus of [[CONFIRM], ...this.#messages]) this.#graphics(pdus);
  }

  #graphics(pdus: readonly GfxPdu[]): void {
    const message = wrapUncompressed(new Uint8Array(Buffer.concat(pdus.map(encodeGfxPdu))));
    for (const part of encodeDvcMessage(CHANNEL, message)) this.#send(part);
  }

  #pdu(pdu: DvcServerPdu): void {
    this.#send(encodeDvcPdu(pdu));
  }

  #send(message: Uint8Array): void {
    for (const chunk of splitVirtualChannelMessage(message)) {
      const userData = encodeVirtualChannelChunk(chunk);
      const data = sendData('send-data-indication', SERVER_CHANNEL_ID, this.#channelId, userData);
      this.#secure.write(encodeDataFrame(encodeDomainPdu(data)));
    }
  }
}
