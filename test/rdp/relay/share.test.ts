import { hex } from '../session/support.js';
import { describe, expect, it } from 'vitest';
import { encodeLicensingPdu } from '../../../src/rdp/connection/licensing.js';
import { encodeDomainPdu } from '../../../src/rdp/connection/mcs/domain-pdu.js';
import {
  encodeSecured,
  SEC_AUTODETECT_REQ,
  SEC_AUTODETECT_RSP,
  SEC_HEARTBEAT,
  SEC_LICENSE_PKT,
  SEC_TRANSPORT_REQ,
} from '../../../src/rdp/connection/security-header.js';
import { encodeDataFrame } from '../../../src/rdp/connection/x224/data.js';
import { farewellCode } from '../../../src/rdp/relay/farewell.js';
import { Relay } from '../../../src/rdp/relay/relay.js';
import { encodeFastPathInput } from '../../../src/rdp/session/fast-path-input.js';
import { PTRFLAGS_MOVE, PTRFLAGS_WHEEL } from '../../../src/rdp/session/input-flags.js';
import { encodeInput } from '../../../src/rdp/session/input.js';
import { encodeSaveSessionInfo } from '../../../src/rdp/session/save-session-info.js';
import { encodeSetErrorInfo } from '../../../src/rdp/session/set-error-info.js';
import { encodeShareControl, PduType, SERVER_CHANNEL_ID } from '../../../src/rdp/session/share-control.js';
import {
  decodeShareData,
  PACKET_AT_FRONT,
  PACKET_COMPRESSED,
  PACKET_FLUSHED,
  PduType2,
} from '../../../src/rdp/session/share-data.js';
import { decodeShareControl } from '../../../src/rdp/session/share-control.js';
import { encodeSuppressOutput } from '../../../src/rdp/session/suppress-output.js';
import { Reader } from '../../../src/rdp/wire/reader.js';
import { example } from '../session/support.js';
import {
  activeRelay,
  captured,
  confirmActive,
  connectedRelay,
  connectResponseWith,
  conversation,
  dataPdu,
  DEACTIVATE_ALL,
  demandActive,
  desktopSets,
  endOf,
  FONT_MAP,
  ioFromClient,
  ioFromTarget,
  LICENCE_ALERT,
  policy,
  sentTo,
  SHARE_ID,
  userDataTo,
} from './support.js';

const UPDATE = dataPdu(PduType2.update, Uint8Array.of(1, 0, 0, 0));
const POINTER = dataPdu(PduType2.pointer, Uint8Array.of(1, 0, 0, 0));
const SUPPRESS = dataPdu(PduType2.suppressOutput, encodeSuppressOutput({ desktopRect: null }));
const MOVE = { kind: 'mouse', pointerFlags: PTRFLAGS_MOVE, xPos: 300, yPos: 200 } as const;
const INPUT = dataPdu(PduType2.input, encodeInput([{ ...MOVE, eventTime: 0 }]));

const join = (...pdus: Uint8Array[]) => new Uint8Array(Buffer.concat(pdus));
/** A Data PDU with a type that the specification does not name. */
const unknownData = (compressedType = 0) => dataPdu(0x7f, Uint8Array.of(1, 2, 3), compressedType);

describe('what a target draws in a recorded session', () => {
  it.each([
    ['an update', UPDATE],
    ['a pointer update', POINTER],
    ['anything compressed, because it shares the history of the updates', unknownData(PACKET_COMPRESSED | 1)],
    ['anything that flushes that history', unknownData(PACKET_FLUSHED)],
    ['anything that rewinds that history', unknownData(PACKET_AT_FRONT)],
    ['a compressed notice', dataPdu(PduType2.saveSessionInfo, new Uint8Array(8), PACKET_COMPRESSED)],
  ])('[invariant 2] is recorded before it is sent: %s', (_, pdu) => {
    const frame = ioFromTarget(pdu);
    expect(activeRelay().fromTarget(frame)).toEqual([
      { type: 'record', kind: 'share-data', pdu },
      { type: 'send', to: 'client', bytes: frame },
    ]);
  });

  it('[invariant 2] is recorded PDU by PDU when one MCS payload holds several', () => {
    const set = dataPdu(PduType2.setKeyboardIndicators, new Uint8Array(4));
    const outputs = activeRelay().fromTarget(ioFromTarget(join(UPDATE, set, POINTER)));
    expect(outputs).toEqual([
      { type: 'record', kind: 'share-data', pdu: UPDATE },
      { type: 'record', kind: 'share-data', pdu: POINTER },
      { type: 'send', to: 'client', bytes: ioFromTarget(join(UPDATE, set, POINTER)) },
    ]);
  });

  it('[invariant 2] is the rest when a PDU among several is withheld', () => {
    const outputs = activeRelay().fromTarget(ioFromTarget(join(UPDATE, unknownData(), POINTER)));
    expect(outputs.map(({ type }) => type)).toEqual(['record', 'record', 'send']);
    expect(userDataTo('client', outputs)).toEqual(join(UPDATE, POINTER));
  });

  it('[invariant 2] is withheld when nobody knows what it is', () => {
    const relay = activeRelay();
    expect(relay.fromTarget(ioFromTarget(unknownData()))).toEqual([]);
    expect(relay.fromTarget(ioFromTarget(dataPdu(PduType2.drawGdiPlusError, new Uint8Array(4))))).toEqual([]);
    const odd = encodeShareControl({ pduType: 0x0b, pduSource: SERVER_CHANNEL_ID }, new Uint8Array(8));
    expect(relay.fromTarget(ioFromTarget(odd))).toEqual([]);
  });

  it('[invariant 2] is recorded before the first Demand Active too', () => {
    for (const relay of [connectedRelay(), activeRelay()]) {
      const outputs = relay.fromTarget(ioFromTarget(UPDATE));
      expect(outputs.map(({ type }) => type)).toEqual(['record', 'send']);
    }
  });

  it('[invariant 2] is recorded when the first Demand Active stands behind something else in its payload', () => {
    const relay = connectedRelay();
    relay.fromTarget(ioFromTarget(LICENCE_ALERT));
    const flow = Uint8Array.of(0x00, 0x80, 0, 0, 0, 0, 0, 0);
    relay.fromTarget(ioFromTarget(join(flow, demandActive())));
    expect(relay.fromClient(ioFromClient(confirmActive()))[0]?.type).toBe('activation');
    expect(relay.fromTarget(ioFromTarget(UPDATE))[0]?.type).toBe('record');
  });

  it('[invariant 2] ends the session when it hides behind the user data, where some clients read on', () => {
    const whole = ioFromTarget(dataPdu(PduType2.setKeyboardIndicators, new Uint8Array(4)));
    const frame = join(whole, UPDATE);
    frame[2] = frame.length >> 8;
    frame[3] = frame.length & 0xff;
    const outputs = activeRelay().fromTarget(frame);
    expect(outputs).toMatchObject([{ type: 'end', reason: 'target-protocol-error' }]);
  });

  it('[invariant 2] ends the session when its headers are read in more than one way', () => {
    for (const at of [4, 6]) {
      const frame = ioFromTarget(UPDATE);
      frame[at] = (frame[at] ?? 0) + 1;
      expect(activeRelay().fromTarget(frame)).toMatchObject([{ type: 'end', reason: 'target-protocol-error' }]);
    }
  });

  it('is recorded as fast-path before it is sent', () => {
    const pdu = Uint8Array.of(0x00, 0x06, 0x01, 0x01, 0x00, 0x00);
    expect(activeRelay().fromTarget(pdu)).toEqual([
      { type: 'record', kind: 'fast-path', pdu },
      { type: 'send', to: 'client', bytes: pdu },
    ]);
    expect(endOf(new Relay(policy(true)).fromTarget(pdu))?.reason).toBe('target-protocol-error');
  });

  it('passes byte for byte when the session is not recorded, unknown PDUs included', () => {
    const relay = activeRelay(false);
    for (const pdu of [UPDATE, unknownData(), unknownData(PACKET_COMPRESSED), join(POINTER, UPDATE)]) {
      expect(relay.fromTarget(ioFromTarget(pdu))).toEqual([{ type: 'send', to: 'client', bytes: ioFromTarget(pdu) }]);
    }
  });
});

describe('what a client sends in a recorded session', () => {
  it('[invariant 2] cannot suppress output, alone or behind another PDU', () => {
    expect(activeRelay().fromClient(ioFromClient(SUPPRESS))).toEqual([]);
    const outputs = activeRelay().fromClient(ioFromClient(join(INPUT, SUPPRESS, INPUT)));
    expect(userDataTo('target', outputs)).toEqual(join(INPUT, INPUT));
  });

  it('[invariant 2] cannot bring bitmaps of an earlier session', () => {
    expect(activeRelay().fromClient(ioFromClient(example('persistent-key-list')))).toEqual([]);
  });

  it('[invariant 2] cannot begin the recorded picture anew: a Confirm Active that is not due ends the session', () => {
    const outputs = activeRelay().fromClient(ioFromClient(confirmActive()));
    expect(outputs).toMatchObject([{ type: 'end', reason: 'client-protocol-error' }]);
    const early = connectedRelay();
    early.fromTarget(ioFromTarget(LICENCE_ALERT));
    expect(endOf(early.fromClient(ioFromClient(confirmActive())))?.reason).toBe('client-protocol-error');
  });

  it('says where the pointer is, slow-path and fast-path, before the target learns of it', () => {
    const fastPath = encodeFastPathInput({ flags: 0, events: [MOVE] });
    for (const pdu of [ioFromClient(INPUT), fastPath]) {
      expect(activeRelay().fromClient(pdu)).toEqual([
        { type: 'pointer', x: 300, y: 200 },
        { type: 'send', to: 'target', bytes: pdu },
      ]);
    }
  });

  it('does not take the rotation of a wheel for a position', () => {
    const pdu = encodeFastPathInput({ flags: 0, events: [{ ...MOVE, pointerFlags: PTRFLAGS_WHEEL | 0x78, xPos: 0 }] });
    expect(activeRelay().fromClient(pdu)).toEqual([{ type: 'send', to: 'target', bytes: pdu }]);
  });

  it('reaches the target unread when the session is not recorded', () => {
    const relay = activeRelay(false);
    for (const pdu of [ioFromClient(SUPPRESS), ioFromClient(INPUT), ioFromClient(example('persistent-key-list'))]) {
      expect(relay.fromClient(pdu)).toEqual([{ type: 'send', to: 'target', bytes: pdu }]);
    }
  });

  it('is refused before the connection is there', () => {
    const relay = new Relay(policy(true));
    expect(endOf(relay.fromClient(ioFromClient(INPUT)))?.reason).toBe('client-protocol-error');
    expect(endOf(relay.fromClient(encodeFastPathInput({ flags: 0, events: [MOVE] })))?.reason).toBe(
      'client-protocol-error',
    );
  });
});

describe('deactivation and reactivation', () => {
  it('begins a picture of the new size once the client has confirmed', () => {
    const relay = activeRelay();
    expect(sentTo('client', relay.fromTarget(ioFromTarget(DEACTIVATE_ALL)))).toEqual([ioFromTarget(DEACTIVATE_ALL)]);
    const demanded = relay.fromTarget(ioFromTarget(demandActive(desktopSets(1280, 720))));
    expect(demanded.map(({ type }) => type)).toEqual(['send']);
    const outputs = relay.fromClient(ioFromClient(confirmActive()));
    expect(outputs[0]).toMatchObject({
      type: 'activation',
      activation: { desktopWidth: 1280, desktopHeight: 720 },
    });
  });

  it('lets input through that was on its way when the target deactivated the share', () => {
    const relay = activeRelay();
    relay.fromTarget(ioFromTarget(DEACTIVATE_ALL));
    const fastPath = encodeFastPathInput({ flags: 0, events: [MOVE] });
    expect(sentTo('target', relay.fromClient(fastPath))).toEqual([fastPath]);
    expect(sentTo('target', relay.fromClient(ioFromClient(INPUT)))).toEqual([ioFromClient(INPUT)]);
  });

  it('[invariant 2] withholds Suppress Output also while the share is deactivated', () => {
    const relay = activeRelay();
    relay.fromTarget(ioFromTarget(DEACTIVATE_ALL));
    expect(relay.fromClient(ioFromClient(SUPPRESS))).toEqual([]);
  });

  it('refuses a desktop that no client has, and one of two sizes', () => {
    for (const sets of [desktopSets(8193, 600), [...desktopSets(800, 600), ...desktopSets(640, 480)], []]) {
      expect(endOf(activeRelay().fromTarget(ioFromTarget(demandActive(sets))))?.reason).toBe('target-protocol-error');
    }
  });

  it('ends the session when an edited PDU does not fit any more', () => {
    const padded = (size: number) => {
      const pad = { kind: 'share', nodeId: 0, extra: new Uint8Array(size) } as const;
      return demandActive([...desktopSets(800, 600), pad]);
    };
    // Without the session id at its end, as some servers send it: with it, MCS has no length for it any more.
    const pdu = padded(0x8001 - padded(0).length);
    const short = pdu.subarray(0, pdu.length - 4);
    short.set([short.length & 0xff, short.length >> 8]);
    const outputs = connectedRelay().fromTarget(ioFromTarget(short));
    expect(outputs).toMatchObject([{ type: 'end', reason: 'target-protocol-error' }]);
    expect(sentTo('client', connectedRelay(false).fromTarget(ioFromTarget(short)))).toHaveLength(1);
  });
});

describe('a Deactivate All PDU without what follows its header (2.2.3.1)', () => {
  it.each([true, false])('gets it before it reaches a client that insists on it (recorded: %s)', (recorded) => {
    const short = encodeShareControl(
      { pduType: PduType.deactivateAll, pduSource: SERVER_CHANNEL_ID },
      new Uint8Array(0),
    );
    const relay = activeRelay(recorded);
    expect(userDataTo('client', relay.fromTarget(ioFromTarget(short)))).toEqual(DEACTIVATE_ALL);
    expect(userDataTo('client', relay.fromTarget(ioFromTarget(DEACTIVATE_ALL)))).toEqual(DEACTIVATE_ALL);
  });
});

describe('what a target says of the session', () => {
  it('[invariant 1] is an event with the logged-on account, and names Entra ID', () => {
    for (const [domain, types] of [
      ['CORP', ['event', 'send']],
      ['AzureAD', ['event', 'entra-seen', 'send']],
    ] as const) {
      const info = encodeSaveSessionInfo({ kind: 'logon-long', domain, userName: 'ada', sessionId: 2 });
      const outputs = activeRelay().fromTarget(ioFromTarget(dataPdu(PduType2.saveSessionInfo, info)));
      expect(outputs.map(({ type }) => type)).toEqual(types);
      expect(outputs[0]).toMatchObject({
        event: { kind: 'logon', data: { domain, userName: 'ada', targetSessionId: 2 } },
      });
    }
  });

  it('is an event with the error code', () => {
    const pdu = dataPdu(PduType2.setErrorInfo, encodeSetErrorInfo({ errorInfo: 5 }));
    const outputs = activeRelay().fromTarget(ioFromTarget(pdu));
    expect(outputs[0]).toMatchObject({ event: { kind: 'error-info', data: { code: 5 } } });
    const none = dataPdu(PduType2.setErrorInfo, encodeSetErrorInfo({ errorInfo: 0 }));
    expect(
      activeRelay()
        .fromTarget(ioFromTarget(none))
        .map(({ type }) => type),
    ).toEqual(['send']);
  });

  it('reaches the client although it cannot be read', () => {
    const pdu = ioFromTarget(dataPdu(PduType2.saveSessionInfo, Uint8Array.of(1, 0, 0, 0, 9)));
    expect(activeRelay().fromTarget(pdu)).toEqual([{ type: 'send', to: 'client', bytes: pdu }]);
  });

  it('ends the session when it sends the client elsewhere, recorded or not', () => {
    for (const recorded of [true, false]) {
      const outputs = activeRelay(recorded).fromTarget(ioFromTarget(example('enhanced-redirection')));
      expect(endOf(outputs)?.reason).toBe('server-redirection');
      expect(sentTo('client', outputs)).toEqual([]);
    }
  });
});

describe('licensing', () => {
  const opaque = (messageType: number) =>
    encodeSecured(
      { flags: SEC_LICENSE_PKT, flagsHi: 0x013e },
      encodeLicensingPdu({ kind: 'opaque', messageType, flags: 3, data: new Uint8Array(310) }),
    );

  it.each([true, false])('with several PDUs passes unchanged both ways (recorded: %s)', (recorded) => {
    const relay = connectedRelay(recorded);
    const exchange = [
      ['target', opaque(0x01)],
      ['client', opaque(0x13)],
      ['target', opaque(0x02)],
      ['client', opaque(0x15)],
      ['target', LICENCE_ALERT],
    ] as const;
    for (const [from, userData] of exchange) {
      const frame = from === 'target' ? ioFromTarget(userData) : ioFromClient(userData);
      const outputs = from === 'target' ? relay.fromTarget(frame) : relay.fromClient(frame);
      expect(outputs).toEqual([{ type: 'send', to: from === 'target' ? 'client' : 'target', bytes: frame }]);
    }
    relay.fromTarget(ioFromTarget(demandActive()));
    const confirmed = relay.fromClient(ioFromClient(confirmActive()));
    expect(confirmed.some(({ type }) => type === 'activation')).toBe(recorded);
  });

  it.each([0x03, 0x04])(
    '[invariant 2] is over with a granted licence: what looks like it is a share PDU (%i)',
    (type) => {
      const relay = connectedRelay();
      relay.fromTarget(ioFromTarget(opaque(type)));
      // An update that is 128 bytes long and whose share id is such that it could be read as a licensing PDU.
      const update = dataPdu(PduType2.update, new Uint8Array(128 - 18));
      update.set([128 - 4, 0], 6);
      expect(update[0]).toBe(SEC_LICENSE_PKT);
      expect(relay.fromTarget(ioFromTarget(update))[0]?.type).toBe('record');
    },
  );

  it('[invariant 2] does not carry Suppress Output to the target once it is over', () => {
    const relay = activeRelay();
    const padded = join(dataPdu(PduType2.input, new Uint8Array(128 - 18)), SUPPRESS);
    expect(padded[0]).toBe(SEC_LICENSE_PKT);
    expect(userDataTo('target', relay.fromClient(ioFromClient(padded)))).toHaveLength(128);
  });
});

describe('the message channel', () => {
  const MESSAGE_CHANNEL = 1012;

  function withMessageChannel(recorded: boolean): Relay {
    const relay = new Relay(policy(recorded));
    for (const [index, { from, pdu }] of conversation('xfreerdp').slice(0, -1).entries()) {
      const response = connectResponseWith((blocks) => [
        ...blocks,
        { kind: 'message-channel', mcsChannelId: MESSAGE_CHANNEL },
      ]);
      if (from === 'client') relay.fromClient(pdu);
      else relay.fromTarget(index === 1 ? response : pdu);
    }
    return relay;
  }

  const message = (flags: number) => encodeSecured({ flags, flagsHi: 0 }, Uint8Array.of(6, 0, 0, 0, 1, 16));

  it.each([true, false])('carries auto-detect before and after licensing (recorded: %s)', (recorded) => {
    const relay = withMessageChannel(recorded);
    const request = ioFromTarget(message(SEC_AUTODETECT_REQ), MESSAGE_CHANNEL);
    const response = ioFromClient(message(SEC_AUTODETECT_RSP), MESSAGE_CHANNEL);
    const heartbeat = ioFromTarget(message(SEC_HEARTBEAT), MESSAGE_CHANNEL);
    const both = () => {
      expect(relay.fromTarget(request)).toEqual([{ type: 'send', to: 'client', bytes: request }]);
      expect(relay.fromClient(response)).toEqual([{ type: 'send', to: 'target', bytes: response }]);
      expect(relay.fromTarget(heartbeat)).toEqual([{ type: 'send', to: 'client', bytes: heartbeat }]);
    };
    both();
    relay.fromTarget(ioFromTarget(LICENCE_ALERT));
    both();
    relay.fromTarget(ioFromTarget(demandActive()));
    relay.fromClient(ioFromClient(confirmActive()));
    relay.fromTarget(FONT_MAP);
    both();
  });

  it.each([true, false])('carries no request for UDP, which does not pass through here (recorded: %s)', (recorded) => {
    const relay = withMessageChannel(recorded);
    expect(relay.fromTarget(ioFromTarget(message(SEC_TRANSPORT_REQ), MESSAGE_CHANNEL))).toEqual([]);
    expect(relay.fromTarget(ioFromTarget(message(SEC_TRANSPORT_REQ | SEC_HEARTBEAT), MESSAGE_CHANNEL))).toEqual([]);
  });

  it('[invariant 2] is not the channel 0 where there is none', () => {
    const relay = connectedRelay();
    expect(relay.fromTarget(ioFromTarget(message(SEC_HEARTBEAT), 0))).toEqual([]);
    expect(relay.fromClient(ioFromClient(message(SEC_AUTODETECT_RSP), 0))).toEqual([]);
  });

  it('ends the session when it is too short for its header', () => {
    const outputs = withMessageChannel(true).fromTarget(ioFromTarget(Uint8Array.of(1), MESSAGE_CHANNEL));
    expect(endOf(outputs)?.reason).toBe('target-protocol-error');
  });
});

describe('static virtual channels', () => {
  // rdpdr, rdpsnd, cliprdr, drdynvc: 1004 to 1007. 1009 is nobody's.
  const chunk = Uint8Array.of(4, 0, 0, 0, 3, 0, 0, 0, 1, 2, 3, 4);

  it('[invariant 2] carry nothing either way when they are withheld or unknown', () => {
    const relay = connectedRelay(true, { channels: new Set(['drives']) });
    for (const id of [1005, 1009]) {
      expect(relay.fromTarget(ioFromTarget(chunk, id))).toEqual([]);
      expect(relay.fromClient(ioFromClient(chunk, id))).toEqual([]);
    }
  });

  it('carry what carries no pixels, and all of them in a session that is not recorded', () => {
    // A device channel that is set up, and a clipboard that is ready.
    const devices = hex('0c00000003000000 7244434301000c0001000000');
    const clipboard = hex('0800000003000000 0100000000000000');
    for (const [relay, messages] of [
      [
        activeRelay(),
        [
          [1004, devices],
          [1005, chunk],
          [1006, clipboard],
        ],
      ],
      [
        activeRelay(false),
        [
          [1004, devices],
          [1005, chunk],
          [1006, clipboard],
          [1007, chunk],
          [1009, chunk],
        ],
      ],
    ] as const) {
      for (const [id, message] of messages) {
        expect(sentTo('client', relay.fromTarget(ioFromTarget(message, id)))).toEqual([ioFromTarget(message, id)]);
        expect(sentTo('target', relay.fromClient(ioFromClient(message, id)))).toEqual([ioFromClient(message, id)]);
      }
    }
  });
});

describe('the sequence', () => {
  it('goes on without channel joins when both sides skip them', () => {
    const relay = new Relay(policy(true));
    const { client, target } = captured('xfreerdp');
    const [initial, erect, attach] = client;
    const [response, confirm] = target;
    const info = client.at(-1);
    if (!initial || !erect || !attach || !response || !confirm || !info) throw new Error('the capture is short');
    relay.fromClient(initial);
    relay.fromTarget(response);
    for (const pdu of [erect, attach]) relay.fromClient(pdu);
    relay.fromTarget(confirm);
    expect(endOf(relay.fromClient(info))).toBeUndefined();
    relay.fromTarget(ioFromTarget(LICENCE_ALERT));
    relay.fromTarget(ioFromTarget(demandActive()));
    expect(relay.fromClient(ioFromClient(confirmActive()))[0]?.type).toBe('activation');
  });

  it.each(['client', 'target'] as const)('ends with the %s that disconnects, once the other side was told', (side) => {
    const frame = encodeDataFrame(encodeDomainPdu({ kind: 'disconnect-provider-ultimatum', reason: 3 }));
    const relay = activeRelay();
    const outputs = side === 'client' ? relay.fromClient(frame) : relay.fromTarget(frame);
    expect(outputs).toEqual([
      { type: 'send', to: side === 'client' ? 'target' : 'client', bytes: frame },
      { type: 'end', reason: `${side}-disconnected` },
    ]);
  });

  it('ends when the target draws before the client has said who it is', () => {
    const relay = new Relay(policy(true));
    for (const { from, pdu } of conversation('xfreerdp').slice(0, 4)) {
      if (from === 'client') relay.fromClient(pdu);
      else relay.fromTarget(pdu);
    }
    expect(endOf(relay.fromTarget(ioFromTarget(UPDATE)))?.reason).toBe('target-protocol-error');
  });

  it('ends when a side takes the other side’s part', () => {
    expect(endOf(activeRelay().fromClient(ioFromTarget(INPUT)))?.reason).toBe('client-protocol-error');
    expect(endOf(activeRelay().fromTarget(ioFromClient(UPDATE)))?.reason).toBe('target-protocol-error');
  });

  it('has a farewell with an error code from the first share on, and none before', () => {
    expect(connectedRelay().farewell('disconnected-by-administrator')).toEqual([]);
    const [error, bye] = activeRelay().farewell('disconnected-by-administrator');
    // MCS Disconnect Provider Ultimatum, T.125 7.
    expect((bye?.[7] ?? 0) >> 2).toBe(8);
    const outputs = activeRelay().fromTarget(error ?? new Uint8Array(0));
    expect(outputs[0]).toMatchObject({ event: { data: { code: farewellCode('disconnected-by-administrator') } } });
    const share = decodeShareControl(new Reader(userDataTo('client', outputs), 'test'));
    expect(share.kind === 'share' && decodeShareData(share.body).shareId).toBe(SHARE_ID);
  });
});
