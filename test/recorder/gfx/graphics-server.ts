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
import {
  decodeDvcClientPdu,
  type DvcClientPdu,
  type DvcServerPdu,
  encodeDvcPdu,
} from '../../../src/rdp/dvc/dvc-pdu.js';
import type { GfxCapabilitySet } from '../../../src/rdp/gfx/gfx-capability-set.js';
import { gfxFrames } from '../../../src/rdp/gfx/gfx-header.js';
import { decodeGfxPdu, encodeGfxPdu, type GfxPdu } from '../../../src/rdp/gfx/gfx-pdu.js';
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
  /** Each is one message of the channel, every time that it is opened. */
  readonly messages: readonly (readonly GfxPdu[])[];
  /** The capability set to confirm of those that the client advertised; null when it has had enough of the channel. */
  readonly choose?: (sets: readonly GfxCapabilitySet[], opened: number) => GfxCapabilitySet | null;
  /** Channels that are asked for before the one of graphics. */
  readonly otherChannels?: readonly string[];
}

export interface GraphicsServer {
  readonly port: number;
  /** What was answered to the other channels, and to a request to leave the connection. */
  readonly answers: DvcClientPdu[];
  /** Types of Data PDUs that came. */
  readonly requests: number[];
  /** Sends further messages to the client that is there. */
  send(...messages: readonly (readonly GfxPdu[])[]): void;
}

/** Listens on a port of 127.0.0.1 until the test ends. */
export async function startGraphicsServer(options: GraphicsServerOptions): Promise<GraphicsServer> {
  const { certificatePem: cert, privateKeyPem: key } = await makeCertificate(['localhost'], Date.now());
  const secureContext = createSecureContext({ cert, key });
  const watched: Watched = { answers: [], requests: [], sender: null };
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.once('data', (chunk) => {
      const request = decodeConnectionRequest(decodeTpkt(new Reader(chunk, 'TPKT'), 'x224Crq'));
      const negotiation = { kind: 'response', flags: 0, selectedProtocol: 1 } as const;
      const references = { dstRef: 0, srcRef: 0, classOption: 0, trailing: new Uint8Array(0) };
      socket.write(encodeTpkt(encodeConnectionConfirm({ ...references, negotiation })));
      const secure = new TLSSocket(socket, { isServer: true, secureContext });
      run(socket, secure, request.negotiation?.requestedProtocols ?? 0, options, watched);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const { answers, requests } = watched;
  return { port, answers, requests, send: (...messages) => watched.sender?.send(messages) };
}

interface Watched {
  readonly answers: DvcClientPdu[];
  readonly requests: number[];
  sender: GraphicsSender | null;
}

function run(
  socket: Socket,
  secure: TLSSocket,
  requestedProtocols: number,
  options: GraphicsServerOptions,
  watched: Watched,
): void {
  const framer = new Framer();
  watched.sender = null;
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
        if (output.type === 'active') watched.sender ??= new GraphicsSender(secure, output.session, options, watched);
        if (output.type === 'share-data') watched.requests.push(output.pduType2);
        if (output.type === 'channel-data') watched.sender?.receive(output.channelId, output.data);
      }
    }
  });
}

class GraphicsSender {
  readonly #secure: TLSSocket;
  readonly #channelId: number;
  readonly #options: GraphicsServerOptions;
  readonly #watched: Watched;
  #opened = 0;
  #confirmed = false;

  constructor(secure: TLSSocket, session: ServerSession, options: GraphicsServerOptions, watched: Watched) {
    this.#secure = secure;
    this.#options = options;
    this.#watched = watched;
    const index = session.settings.channels.findIndex(({ name }) => isDynamicChannels(name));
    this.#channelId = session.channelIds[index] ?? 0;
    this.#pdu({ kind: 'capabilities-request', sp: 0, version: 1, priorityCharges: null });
  }

  receive(channelId: number, bytes: Uint8Array): void {
    if (channelId !== this.#channelId) return;
    const chunk = decodeVirtualChannelChunk(new Reader(bytes, 'test'));
    const pdu = decodeDvcClientPdu(new Reader(chunk.data, 'test'));
    if (pdu.kind === 'capabilities-response') this.#begin();
    else if (pdu.kind !== 'data') this.#watched.answers.push(pdu);
    else for (const frame of gfxFrames(pdu.data)) this.#said(decodeGfxPdu(frame));
  }

  send(messages: readonly (readonly GfxPdu[])[]): void {
    for (const pdus of messages) {
      const message = wrapUncompressed(new Uint8Array(Buffer.concat(pdus.map(encodeGfxPdu))));
      for (const part of encodeDvcMessage(this.#graphicsId, message)) this.#send(part);
    }
  }

  get #graphicsId(): number {
    return CHANNEL + this.#opened;
  }

  #begin(): void {
    for (const [index, channelName] of (this.#options.otherChannels ?? []).entries())
      this.#create(200 + index, channelName);
    this.#create(this.#graphicsId, GRAPHICS_CHANNEL);
  }

  #create(channelId: number, channelName: string): void {
    this.#pdu({ kind: 'create-request', cbId: 0, pri: 0, channelId, channelName, trailing: new Uint8Array(0) });
  }

  #said(pdu: GfxPdu): void {
    if (pdu.kind === 'capsAdvertise' && !this.#confirmed) {
      const { choose, messages } = this.#options;
      const capsSet = choose === undefined ? null : choose(pdu.capsSets, this.#opened);
      if (choose !== undefined && capsSet === null) return;
      this.#confirmed = true;
      this.send([[capsSet === null ? CONFIRM : { kind: 'capsConfirm', capsSet }], ...messages]);
    } else if (pdu.kind === 'frameAcknowledge' && this.#options.choose !== undefined && this.#confirmed) {
      // The client has shown it: the next one.
      this.#pdu({ kind: 'close', cbId: 0, sp: 0, channelId: this.#graphicsId });
      this.#opened += 1;
      this.#confirmed = false;
      this.#create(this.#graphicsId, GRAPHICS_CHANNEL);
    }
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
