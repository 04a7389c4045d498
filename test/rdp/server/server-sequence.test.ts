import { describe, expect, it } from 'vitest';
import { encodeDataFrame } from '../../../src/rdp/connection/x224/data.js';
import { encodeDomainPdu } from '../../../src/rdp/connection/mcs/domain-pdu.js';
import { findCapability } from '../../../src/rdp/session/capabilities/capability-sets.js';
import { refuseConnection } from '../../../src/rdp/server/refuse-connection.js';
import { endSession, reactivate, stepServerSequence } from '../../../src/rdp/server/server-sequence.js';
import type { ServerState } from '../../../src/rdp/server/server-state.js';
import { DecodeError, UnexpectedPduError } from '../../../src/rdp/wire/errors.js';
import { Conversation } from './sequences.js';

function activeServer(conversation: Conversation): Extract<ServerState, { name: 'active' }> {
  if (conversation.server.name !== 'active') throw new Error(`the server is in ${conversation.server.name}`);
  return conversation.server;
}

const distinct = (names: readonly string[]): string[] => names.filter((name, index) => name !== names[index - 1]);

describe('the server sequence', () => {
  it('goes from Connect-Initial to the active session in the order of the specification', () => {
    const conversation = new Conversation();
    expect(conversation.client.name).toBe('active');
    expect(new Set(conversation.serverStates)).toEqual(
      new Set([
        'expect-erect-domain-request',
        'expect-attach-user-request',
        'expect-channel-join-request',
        'expect-confirm-active',
        'expect-synchronize',
        'expect-control-cooperate',
        'expect-control-request',
        'expect-font-list',
        'active',
      ]),
    );
    const [info, active] = conversation.serverOutputs;
    expect(info).toMatchObject({ type: 'client-info', info: { userName: 'alice', domain: 'example' } });
    expect(active).toMatchObject({
      type: 'active',
      session: {
        desktop: { desktopWidth: 800, desktopHeight: 600, colorDepth: 32 },
        channelIds: [1004, 1005],
        userChannelId: 1006,
      },
    });
  });

  it.each([15, 16, 24, 32] as const)('reads a client that asks for %d bpp', (colorDepth) => {
    const conversation = new Conversation({ colorDepth });
    const { session, capabilities } = activeServer(conversation);
    expect(session.desktop.colorDepth).toBe(colorDepth);
    expect(findCapability(capabilities, 'bitmap')?.preferredBitsPerPixel).toBe(colorDepth);
  });

  it('does without channel joins where both sides may', () => {
    const conversation = new Conversation({ skipChannelJoin: true });
    expect(conversation.server.name).toBe('active');
    expect(conversation.clientStates).not.toContain('expect-channel-join-confirm');
  });

  it('insists on the joins of a client that did not offer to leave them out', () => {
    const { toServer } = new Conversation();
    const joins = toServer.filter(({ state }) => state.name === 'expect-channel-join-request');
    const [first] = joins;
    const info = joins.at(-1);
    if (first === undefined || info === undefined) throw new Error('no joins');
    expect(() => stepServerSequence(first.state, info.pdu)).toThrow(UnexpectedPduError);
  });

  it('confirms known channels only', () => {
    const { toServer } = new Conversation();
    const state = toServer.find((each) => each.state.name === 'expect-channel-join-request')?.state;
    const join = encodeDomainPdu({ kind: 'channel-join-request', initiator: 1006, channelId: 1099 });
    expect(() => stepServerSequence(state as ServerState, encodeDataFrame(join))).toThrow(UnexpectedPduError);
  });

  it('takes no PDU of another phase', () => {
    const { toServer } = new Conversation();
    for (const [index, { state }] of toServer.entries()) {
      for (const [other, { pdu, state: due }] of toServer.entries()) {
        const mayFollow = due.name === state.name || index === other;
        // Control requests differ from each other in their action only, and Data PDUs are late input before Confirm Active.
        if (mayFollow || state.name === 'expect-confirm-active') continue;
        expect(() => stepServerSequence(state, pdu), `${due.name} in ${state.name}`).toThrow(/./);
      }
    }
  });

  it('throws a named error for every truncation of every PDU, and for nothing else', () => {
    const { toServer } = new Conversation();
    for (const { state, pdu } of toServer) {
      for (let length = 1; length < pdu.length; length++) {
        try {
          stepServerSequence(state, pdu.subarray(0, length));
        } catch (error) {
          expect(error instanceof DecodeError || error instanceof UnexpectedPduError, String(error)).toBe(true);
          continue;
        }
        expect.unreachable(`${state.name} took ${length} of ${pdu.length} bytes`);
      }
    }
  });

  it('offers another desktop to an active client, and ignores the input that was on its way', () => {
    const conversation = new Conversation();
    const step = reactivate(activeServer(conversation), { desktopWidth: 640, desktopHeight: 480, colorDepth: 16 });
    const lateInput = Uint8Array.of(0x04, 0x04, 0x00, 0x1e);
    expect(stepServerSequence(step.state, lateInput)).toEqual({ state: step.state, outputs: [] });
    conversation.serverStep(step);
    expect(conversation.server.name).toBe('active');
    expect(conversation.client).toMatchObject({
      name: 'active',
      share: { desktop: { desktopWidth: 640, desktopHeight: 480, colorDepth: 16 } },
    });
    expect(distinct(conversation.clientStates).slice(-3)).toEqual([
      'expect-demand-active',
      'expect-font-map',
      'active',
    ]);
  });

  it('ends an active session with an error code', () => {
    const conversation = new Conversation();
    conversation.serverStep(endSession(activeServer(conversation), 0x0c));
    expect(conversation.server.name).toBe('closed');
    expect(conversation.clientOutputs.slice(-2)).toEqual([
      { type: 'error-info', errorInfo: 0x0c },
      { type: 'end', reason: 1 },
    ]);
  });

  it('ends when the client leaves', () => {
    const conversation = new Conversation();
    const ultimatum = encodeDataFrame(encodeDomainPdu({ kind: 'disconnect-provider-ultimatum', reason: 3 }));
    expect(stepServerSequence(conversation.server, ultimatum)).toEqual({
      state: { name: 'closed' },
      outputs: [{ type: 'end', reason: 'client-disconnected' }],
    });
  });
});

describe('a refused connection', () => {
  it.each([
    ['after-licensing', ['expect-demand-active', 'closed']],
    ['when-active', ['active', 'closed']],
  ] as const)('tells the client the error code %s and closes', (when, lastStates) => {
    const conversation = new Conversation({}, { refusal: { errorInfo: 7, when } });
    expect(conversation.server).toEqual({ name: 'closed' });
    expect(conversation.serverOutputs.at(-1)).toEqual({ type: 'end', reason: 'refused' });
    expect(conversation.serverOutputs.map((output) => output.type)).not.toContain('active');
    expect(conversation.clientOutputs.slice(-2)).toEqual([
      { type: 'error-info', errorInfo: 7 },
      { type: 'end', reason: 1 },
    ]);
    expect(distinct(conversation.clientStates).slice(-2)).toEqual(lastStates);
  });

  it('is announced when the client is active unless said otherwise', () => {
    expect(refuseConnection(1, 7)).toMatchObject({
      name: 'expect-connect-initial',
      options: { refusal: { errorInfo: 7, when: 'when-active' } },
    });
  });
});
