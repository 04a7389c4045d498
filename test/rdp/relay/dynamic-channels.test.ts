import { CREATION_STATUS_NOT_FOUND } from '../../../src/rdp/dvc/create-response.js';
import { ALL_CHANNEL_USES, type ChannelUse } from '../../../src/contract/channel-policy.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findClientBlock } from '../../../src/rdp/connection/gcc/client-data-blocks.js';
import { RNS_UD_CS_SUPPORT_DYNVC_GFX_PROTOCOL } from '../../../src/rdp/connection/gcc/client-core-data.js';
import { encodeDvcMessage } from '../../../src/rdp/dvc/data.js';
import { encodeDvcPdu } from '../../../src/rdp/dvc/dvc-pdu.js';
import { GRAPHICS_CHANNEL } from '../../../src/rdp/relay/shaping/dynamic-channels.js';
import { MAX_DYNAMIC_CHANNELS } from '../../../src/rdp/wire/limits.js';
import { Relay } from '../../../src/rdp/relay/relay.js';
import { hex } from '../session/support.js';
import {
  ALL_CODECS,
  close,
  createRequest,
  createResponse,
  data,
  DRDYNVC,
  framesOf,
  messagesTo,
  openGraphics,
  pdusToClient,
  pdusToTarget,
  recorded,
  relayOffering,
  say,
  sayClient,
  sayTarget,
} from './dynamic-support.js';
import { clientBlocks, connectedRelay, connectInitialWith, endOf, ioFromTarget, policy, sentTo } from './support.js';

const DISPLAY_CONTROL = 'Microsoft::Windows::RDS::DisplayControl';

describe('dynamic channels of a recorded session', () => {
  it('are refused in the name of the client unless they are on the list', () => {
    const names = ['Microsoft::Windows::RDS::Video::Control::v08.01', 'Microsoft::Windows::RDS::Video::Data::v08.01'];
    names.push('Microsoft::Windows::RDS::Geometry::v08.01', 'Microsoft::Windows::RDS::Input', 'ECHO', 'cliprdr', '');
    names.push('Microsoft::Windows::RDS::CoreInput', GRAPHICS_CHANNEL.toLowerCase(), `${GRAPHICS_CHANNEL} `);
    const relay = relayOffering(ALL_CODECS);
    for (const [index, name] of names.entries()) {
      const outputs = sayTarget(relay, createRequest(index, name));
      expect(sentTo('client', outputs)).toEqual([]);
      const [answer, ...more] = pdusToTarget(outputs);
      expect(more).toEqual([]);
      expect(answer).toMatchObject({ kind: 'create-response', channelId: index });
      expect(answer?.kind === 'create-response' && answer.creationStatus).toBeLessThan(0);
      // The client cannot open what it was not asked for.
      expect(sayClient(relay, createResponse(index))).toEqual([]);
      expect(sayTarget(relay, data(index, hex('0102')))).toEqual([]);
      expect(sayClient(relay, data(index, hex('0102')))).toEqual([]);
      expect(sayClient(relay, close(index))).toEqual([]);
      expect(sayTarget(relay, close(index))).toEqual([]);
    }
  });

  it('are refused when bytes follow their name', () => {
    const outputs = sayTarget(relayOffering(ALL_CODECS), createRequest(3, GRAPHICS_CHANNEL, hex('41')));
    expect(sentTo('client', outputs)).toEqual([]);
    expect(pdusToTarget(outputs)).toHaveLength(1);
  });

  it.each([
    ['AUDIO_PLAYBACK_DVC', 'audio-output'],
    ['AUDIO_INPUT', 'audio-input'],
    ['WebAuthN_Channel', 'other'],
  ] as const)('of %s are allowed or withheld as policy says of %s', (name, use) => {
    const asks = (uses: readonly ChannelUse[]) =>
      pdusToClient(sayTarget(connectedRelay(true, { channels: new Set(uses) }), createRequest(3, name)));
    expect(asks([use])).toHaveLength(1);
    expect(asks(ALL_CHANNEL_USES.filter((each) => each !== use))).toEqual([]);
  });

  it('do not include graphics while the pipeline is not offered', () => {
    const relay = relayOffering(null);
    const outputs = sayTarget(relay, createRequest(3, GRAPHICS_CHANNEL));
    expect(sentTo('client', outputs)).toEqual([]);
    expect(pdusToTarget(outputs)).toMatchObject([{ kind: 'create-response', channelId: 3 }]);
  });

  it('without pixels pass byte for byte and are not recorded', () => {
    const relay = relayOffering(null);
    const steps: [side: 'client' | 'target', message: Uint8Array][] = [
      ['target', encodeDvcPdu({ kind: 'capabilities-request', sp: 0, version: 2, priorityCharges: [1, 2, 3, 4] })],
      ['client', encodeDvcPdu({ kind: 'capabilities-response', sp: 0, version: 2 })],
      ['target', encodeDvcPdu(createRequest(9, DISPLAY_CONTROL))],
      ['client', encodeDvcPdu(createResponse(9))],
      ...encodeDvcMessage(9, new Uint8Array(5000).fill(1)).map((pdu) => ['target', pdu] as ['target', Uint8Array]),
      ...encodeDvcMessage(9, new Uint8Array(4000).fill(2)).map((pdu) => ['client', pdu] as ['client', Uint8Array]),
      ['client', encodeDvcPdu(close(9))],
    ];
    for (const [side, message] of steps) {
      const outputs = say(relay, side, message, 700);
      expect(sentTo(side === 'client' ? 'target' : 'client', outputs)).toEqual(framesOf(side, message, 700));
      expect(recorded(outputs)).toEqual([]);
      expect(endOf(outputs)).toBeUndefined();
    }
    expect(sayTarget(relay, data(9, hex('01')))).toEqual([]);
  });

  it('with graphics are recorded before they are sent, from the creation to the close', () => {
    const relay = relayOffering(ALL_CODECS);
    const request = encodeDvcPdu(createRequest(3, GRAPHICS_CHANNEL));
    expect(recorded(sayTarget(relay, createRequest(3, GRAPHICS_CHANNEL)))).toEqual([]);
    // Not open yet: the client would not take it, and the recorder does not know it.
    expect(sayTarget(relay, data(3, hex('01')))).toEqual([]);
    expect(recorded(sayClient(relay, createResponse(3)))).toEqual([request]);
    for (const pdu of encodeDvcMessage(3, new Uint8Array(4000).fill(5))) {
      const outputs = say(relay, 'target', pdu, 500);
      expect(outputs.map(({ type }) => type)).toEqual(['record', ...framesOf('target', pdu, 500).map(() => 'send')]);
      expect(recorded(outputs)).toEqual([pdu]);
      expect(sentTo('client', outputs)).toEqual(framesOf('target', pdu, 500));
    }
    const closing = sayTarget(relay, close(3));
    expect(recorded(closing)).toEqual([encodeDvcPdu(close(3))]);
    expect(closing[0]?.type).toBe('record');
    expect(pdusToClient(closing)).toEqual([close(3)]);
    expect(sayTarget(relay, data(3, hex('01')))).toEqual([]);
    expect(pdusToTarget(sayClient(relay, close(3)))).toEqual([close(3)]);
  });

  it('have one graphics channel at a time', () => {
    const relay = relayOffering(ALL_CODECS);
    openGraphics(relay);
    const second = sayTarget(relay, createRequest(4, GRAPHICS_CHANNEL));
    expect(sentTo('client', second)).toEqual([]);
    expect(pdusToTarget(second)).toMatchObject([{ kind: 'create-response', channelId: 4 }]);
    sayTarget(relay, close(3));
    expect(pdusToClient(sayTarget(relay, createRequest(4, GRAPHICS_CHANNEL)))).toHaveLength(1);
  });

  it('that the client does not open carry nothing', () => {
    const relay = relayOffering(ALL_CODECS);
    sayTarget(relay, createRequest(3, GRAPHICS_CHANNEL));
    const refused = createResponse(3, -1);
    expect(pdusToTarget(sayClient(relay, refused))).toEqual([refused]);
    expect(sayTarget(relay, data(3, hex('01')))).toEqual([]);
  });

  it('may have an id of an earlier one, whose close is answered late', () => {
    const relay = relayOffering(ALL_CODECS);
    sayTarget(relay, createRequest(3, DISPLAY_CONTROL));
    sayClient(relay, createResponse(3));
    sayTarget(relay, close(3));
    sayTarget(relay, createRequest(3, GRAPHICS_CHANNEL));
    expect(pdusToTarget(sayClient(relay, close(3)))).toEqual([close(3)]);
    expect(recorded(sayClient(relay, createResponse(3)))).toHaveLength(1);
    expect(recorded(sayTarget(relay, data(3, hex('01'))))).toHaveLength(1);
    // This one is its own.
    sayClient(relay, close(3));
    expect(sayTarget(relay, data(3, hex('01')))).toEqual([]);
  });

  it('end the session when an id is used twice', () => {
    const relay = relayOffering(ALL_CODECS);
    sayTarget(relay, createRequest(3, DISPLAY_CONTROL));
    sayClient(relay, createResponse(3));
    expect(endOf(sayTarget(relay, createRequest(3, GRAPHICS_CHANNEL)))?.reason).toBe('target-protocol-error');
  });

  it('are bounded in number, those not counted whose close is not answered', () => {
    const relay = relayOffering(ALL_CODECS);
    const request = (channelId: number) =>
      sayTarget(relay, { ...createRequest(0, DISPLAY_CONTROL), cbId: 2, channelId } as ReturnType<
        typeof createRequest
      >);
    for (let id = 0; id < MAX_DYNAMIC_CHANNELS; id++) {
      request(id);
      sayTarget(relay, { kind: 'close', cbId: 2, sp: 0, channelId: id });
    }
    for (let id = 1000; id < 1000 + MAX_DYNAMIC_CHANNELS; id++) expect(endOf(request(id))).toBeUndefined();
    expect(endOf(request(5000))).toMatchObject({ reason: 'target-protocol-error' });
  });

  it('are not compressed: neither side learns that the other could', () => {
    const relay = relayOffering(ALL_CODECS);
    const request = { kind: 'capabilities-request', sp: 0, version: 3, priorityCharges: [1, 2, 3, 4] } as const;
    expect(pdusToClient(sayTarget(relay, request))).toEqual([{ ...request, version: 2 }]);
    const response = { kind: 'capabilities-response', sp: 0, version: 3 } as const;
    expect(pdusToTarget(sayClient(relay, response))).toEqual([{ ...response, version: 2 }]);
    openGraphics(relay);
    expect(endOf(sayTarget(relay, data(3, hex('e00401'), true)))?.reason).toBe('target-protocol-error');
    const other = relayOffering(ALL_CODECS);
    openGraphics(other);
    expect(endOf(sayClient(other, data(3, hex('e00401'), true)))?.reason).toBe('client-protocol-error');
  });

  it('do not leave the connection: a switch to tunnels is answered with none', () => {
    const relay = relayOffering(ALL_CODECS);
    const outputs = sayTarget(relay, {
      kind: 'soft-sync-request',
      flags: 3,
      numberOfTunnels: 1,
      channelLists: [{ tunnelType: 1, channelIds: [3] }],
    });
    expect(sentTo('client', outputs)).toEqual([]);
    expect(pdusToTarget(outputs)).toEqual([{ kind: 'soft-sync-response', tunnelsToSwitch: [] }]);
    expect(sayClient(relay, { kind: 'soft-sync-response', tunnelsToSwitch: [1] })).toEqual([]);
  });

  it('end the session when what is said on them cannot be read', () => {
    for (const message of ['33 03', 'a0 00', '10 03 41', '']) {
      const fromTarget = say(relayOffering(null), 'target', hex(message));
      expect(endOf(fromTarget)?.reason).toBe('target-protocol-error');
      expect(sentTo('client', fromTarget)).toEqual([]);
    }
    expect(endOf(say(relayOffering(null), 'client', hex('13 00')))?.reason).toBe('client-protocol-error');
    // A chunk that begins nothing.
    const stray = ioFromTarget(hex('02000000 02000000 3003'), DRDYNVC);
    expect(endOf(relayOffering(null).fromTarget(stray))?.reason).toBe('target-protocol-error');
  });

  it('are told of by name, which is made printable', () => {
    const names = (outputs: ReturnType<typeof sayTarget>) =>
      outputs.flatMap((output) => (output.type === 'event' ? [output.event] : []));
    const relay = relayOffering(ALL_CODECS);
    expect(names(sayTarget(relay, createRequest(1, 'a\u001b[0m')))).toEqual([
      { kind: 'channel', data: { name: 'a?[0m', withheld: true } },
    ]);
    expect(names(sayTarget(relay, createRequest(2, GRAPHICS_CHANNEL)))).toEqual([
      { kind: 'channel', data: { name: GRAPHICS_CHANNEL, withheld: false } },
    ]);
  });

  it('keep their order when the gateway answers between the chunks of a client', () => {
    const relay = relayOffering(ALL_CODECS);
    openGraphics(relay);
    const acknowledge = hex('0d00 0000 14000000 00000000 01000000 01000000');
    const frames = framesOf('client', encodeDvcPdu(data(3, acknowledge)), 10);
    const outputs = frames.flatMap((frame, index) => [
      ...relay.fromClient(frame),
      ...(index === 0 ? sayTarget(relay, createRequest(7, 'unknown')) : []),
    ]);
    const [refusal, whole] = pdusToTarget(outputs);
    expect(refusal?.kind).toBe('create-response');
    expect(whole).toEqual(data(3, acknowledge));
    expect(messagesTo('target', outputs)).toHaveLength(2);
  });
});

describe('dynamic channels of a session that is not recorded', () => {
  it('pass as they are', () => {
    const relay = connectedRelay(false);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 50 }), (bytes) => {
        const frame = ioFromTarget(bytes, DRDYNVC);
        expect(relay.fromTarget(frame)).toEqual([{ type: 'send', to: 'client', bytes: frame }]);
      }),
    );
  });

  it('are refused in the name of the client when policy withholds them, and all others pass', () => {
    const relay = connectedRelay(false, { channels: new Set<ChannelUse>(['audio-output']) });
    for (const name of ['AUDIO_INPUT', 'URBDRC']) {
      const outputs = sayTarget(relay, createRequest(3, name));
      expect(pdusToTarget(outputs)).toEqual([createResponse(3, CREATION_STATUS_NOT_FOUND)]);
      expect(sentTo('client', outputs)).toEqual([]);
      expect(outputs).toContainEqual({ type: 'event', event: { kind: 'channel', data: { name, withheld: true } } });
    }
    for (const name of ['AUDIO_PLAYBACK_DVC', GRAPHICS_CHANNEL, 'Microsoft::Windows::RDS::Input']) {
      expect(pdusToClient(sayTarget(relay, createRequest(4, name)))).toHaveLength(1);
    }
    expect(pdusToClient(sayTarget(relay, data(4, hex('01'), true)))).toHaveLength(1);
  });
});

describe('the negotiation of the graphics pipeline', () => {
  it.each([
    [null, 0],
    [ALL_CODECS, RNS_UD_CS_SUPPORT_DYNVC_GFX_PROTOCOL],
  ])('is announced to the target only when it is offered', (gfxOffer, expected) => {
    const initial = connectInitialWith((blocks) =>
      blocks.map((block) =>
        block.kind === 'core' ? { ...block, earlyCapabilityFlags: RNS_UD_CS_SUPPORT_DYNVC_GFX_PROTOCOL } : block,
      ),
    );
    const outputs = new Relay(policy(true, { gfxOffer })).fromClient(initial);
    const core = findClientBlock(clientBlocks(sentTo('target', outputs)[0] ?? hex('')), 'core');
    expect((core?.earlyCapabilityFlags ?? 0) & RNS_UD_CS_SUPPORT_DYNVC_GFX_PROTOCOL).toBe(expected);
  });

  it('leaves one drdynvc, and a dummy name for another', () => {
    const initial = connectInitialWith((blocks) =>
      blocks.map((block) =>
        block.kind === 'network'
          ? { ...block, channels: ['drdynvc', 'DRDYNVC'].map((name) => ({ name, options: 0 })) }
          : block,
      ),
    );
    const outputs = new Relay(policy(true)).fromClient(initial);
    const network = findClientBlock(clientBlocks(sentTo('target', outputs)[0] ?? hex('')), 'network');
    expect(network?.channels.map(({ name }) => name)).toEqual(['drdynvc', 'none1']);
  });
});
