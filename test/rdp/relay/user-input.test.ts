import { describe, expect, it } from 'vitest';
import { farewellCode } from '../../../src/rdp/relay/farewell.js';
import { describeErrorInfo } from '../../../src/rdp/session/set-error-info.js';
import { encodeFastPathInput, type FastPathInputEvent } from '../../../src/rdp/session/fast-path-input.js';
import { encodeInput, type InputEvent } from '../../../src/rdp/session/input.js';
import { PduType2 } from '../../../src/rdp/session/share-data.js';
import { activeRelay, dataPdu, ioFromClient } from './support.js';

const KEY = { kind: 'scancode', eventFlags: 0, keyCode: 30 } as const;
const MOVE = { kind: 'mouse', pointerFlags: 0x0800, xPos: 1, yPos: 2 } as const;
const SYNC = { kind: 'sync', eventFlags: 0 } as const;
const TIMESTAMP = { kind: 'qoe-timestamp', timestamp: 5 } as const;

const fast = (...events: FastPathInputEvent[]) => encodeFastPathInput({ flags: 0, events });
const slow = (...events: InputEvent[]) => ioFromClient(dataPdu(PduType2.input, encodeInput(events)));

describe.each([true, false])('input of a person (recorded: %s)', (recorded) => {
  it('is counted, and what a client sends by itself is not', () => {
    const relay = activeRelay(recorded);
    expect(relay.inputs).toBe(0);
    for (const pdu of [fast(SYNC), fast(TIMESTAMP), slow({ kind: 'sync', toggleFlags: 0, eventTime: 0 })]) {
      relay.fromClient(pdu);
    }
    expect(relay.inputs).toBe(0);
    relay.fromClient(fast(SYNC, KEY));
    relay.fromClient(fast(MOVE));
    relay.fromClient(slow({ kind: 'scancode', keyboardFlags: 0, keyCode: 30, eventTime: 0 }));
    expect(relay.inputs).toBe(3);
  });

  it('is also what cannot be read', () => {
    const relay = activeRelay(recorded);
    relay.fromClient(Uint8Array.of(0x04, 0x04, 0xe0, 0x00));
    expect(relay.inputs).toBe(1);
  });
});

describe('what a client is shown at the end', () => {
  it.each([
    ['disconnected-by-administrator', 'RPC_INITIATED_DISCONNECT'],
    ['session-idle', 'IDLE_TIMEOUT'],
    ['session-too-long', 'LOGON_TIMEOUT'],
    ['gateway-stopped', 'SERVER_SHUTDOWN'],
    ['recording-rule', 'SERVER_DENIED_CONNECTION'],
  ])('after %s is %s', (reason, name) => {
    expect(describeErrorInfo(farewellCode(reason)).name).toContain(name);
  });
});
