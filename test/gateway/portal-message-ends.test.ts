/**
 * The browser's client throws away what it has read beyond the PDU that ends the connection sequence: pictures that came
 * with it would be recorded, and never shown.
 */
import { Duplex } from 'node:stream';
import { expect, it, onTestFinished } from 'vitest';
import { RelayPump } from '../../src/gateway/relay/relay-pump.js';
import { PduType2 } from '../../src/rdp/session/share-data.js';
import { waitFor } from '../peers/wait.js';
import {
  confirmActive,
  connectedRelay,
  dataPdu,
  demandActive,
  FONT_MAP,
  ioFromClient,
  ioFromTarget,
  LICENCE_ALERT,
} from '../rdp/relay/support.js';

const NOTICE = ioFromTarget(dataPdu(PduType2.setKeyboardIndicators, new Uint8Array(4)));

/** A WebSocket's stream: each write is a message. */
function stream(messages: Buffer[]): Duplex {
  return new Duplex({
    read() {},
    write(bytes: Buffer, _encoding, done) {
      messages.push(bytes);
      done();
    },
  });
}

it.each([false, true])('nothing is in one message with what it follows there (recorded: %s)', async (recorded) => {
  const relay = connectedRelay(recorded);
  const messages: Buffer[] = [];
  const [client, target] = [stream(messages), stream([])];
  const callbacks = { onEvent: () => {}, onEntraSeen: () => {}, onTraceLost: () => false };
  const pump = new RelayPump(client, target, relay, null, callbacks);
  onTestFinished(() => pump.stop());
  target.push(Buffer.concat([ioFromTarget(LICENCE_ALERT), ioFromTarget(demandActive())]));
  await waitFor('the first message', () => messages.length > 0);
  client.push(ioFromClient(confirmActive()));
  messages.length = 0;
  target.push(Buffer.concat([NOTICE, FONT_MAP, NOTICE, NOTICE]));
  await waitFor('two messages', () => messages.length === 2);
  expect(messages.map((bytes) => bytes.toString('hex'))).toEqual([
    Buffer.from(FONT_MAP).toString('hex'),
    Buffer.concat([NOTICE, NOTICE, NOTICE]).toString('hex'),
  ]);
});
