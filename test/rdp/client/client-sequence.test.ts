import { describe, expect, it } from 'vitest';
import { clientDataFrame } from '../../../src/rdp/client/client-pdus.js';
import { stepClientSequence } from '../../../src/rdp/client/client-sequence.js';
import type { ActiveClient } from '../../../src/rdp/client/client-state.js';
import { encodeDomainPdu } from '../../../src/rdp/connection/mcs/domain-pdu.js';
import { sendData } from '../../../src/rdp/connection/mcs/send-data.js';
import { encodeDataFrame } from '../../../src/rdp/connection/x224/data.js';
import { COMPRESSION_TYPE_SHIFT, INFO_COMPRESSION } from '../../../src/rdp/connection/client-info.js';
import { findCapability } from '../../../src/rdp/session/capabilities/capability-sets.js';
import { FASTPATH_OUTPUT_SUPPORTED } from '../../../src/rdp/session/capabilities/general.js';
import { encodeDataPdu, PduType2 } from '../../../src/rdp/session/share-data.js';
import { stepServerSequence } from '../../../src/rdp/server/server-sequence.js';
import { DecodeError, UnexpectedPduError } from '../../../src/rdp/wire/errors.js';
import { Conversation } from '../server/sequences.js';

function activeClient(conversation: Conversation): ActiveClient {
  if (conversation.client.name !== 'active') throw new Error(`the client is in ${conversation.client.name}`);
  return conversation.client;
}

function fromServer(userData: Uint8Array, channelId = 1003): Uint8Array {
  return encodeDataFrame(encodeDomainPdu(sendData('send-data-indication', 1002, channelId, userData)));
}

describe('the client sequence', () => {
  it('joins its own channel, the I/O channel and its static channels, one after another', () => {
    const { clientStates, client } = new Conversation();
    expect(clientStates.filter((name) => name === 'expect-channel-join-confirm').length).toBe(4);
    expect(client).toMatchObject({ name: 'active', session: { channelIds: [1004, 1005], ioChannelId: 1003 } });
  });

  it('says in Client Info and Confirm Active what its options say', () => {
    const compressed = new Conversation({ compressionType: 1, fastPathOutput: false });
    const [info] = compressed.serverOutputs;
    const flags = info?.type === 'client-info' ? info.info.flags : 0;
    expect(flags & (INFO_COMPRESSION | (0xf << COMPRESSION_TYPE_SHIFT))).toBe(
      INFO_COMPRESSION | (1 << COMPRESSION_TYPE_SHIFT),
    );
    const capabilities = compressed.server.name === 'active' ? compressed.server.capabilities : [];
    expect((findCapability(capabilities, 'general')?.extraFlags ?? 0) & FASTPATH_OUTPUT_SUPPORTED).toBe(0);
    const [plainInfo] = new Conversation({ compressionType: null }).serverOutputs;
    expect((plainInfo?.type === 'client-info' ? plainInfo.info.flags : -1) & INFO_COMPRESSION).toBe(0);
  });

  it('throws a named error for every truncation of every PDU, and for nothing else', () => {
    const { toClient } = new Conversation();
    for (const { state, pdu } of toClient) {
      for (let length = 1; length < pdu.length; length++) {
        try {
          stepClientSequence(state, pdu.subarray(0, length));
        } catch (error) {
          expect(error instanceof DecodeError || error instanceof UnexpectedPduError, String(error)).toBe(true);
          continue;
        }
        expect.unreachable(`${state.name} took ${length} of ${pdu.length} bytes`);
      }
    }
  });

  it('surfaces fast-path PDUs, updates and channel data to its caller', () => {
    const client = activeClient(new Conversation());
    const fastPath = Uint8Array.of(0x00, 0x05, 0x05, 0x00, 0x00);
    expect(stepClientSequence(client, fastPath).outputs).toEqual([{ type: 'fast-path', pdu: fastPath }]);
    const header = { shareId: client.share.shareId, pduSource: 1002, pduType2: PduType2.update };
    const pdu = encodeDataPdu(header, Uint8Array.of(3, 0, 0, 0));
    expect(stepClientSequence(client, fromServer(pdu)).outputs).toEqual([
      { type: 'share-data', pduType2: PduType2.update, compressedType: 0, payload: Uint8Array.of(3, 0, 0, 0), pdu },
    ]);
    expect(stepClientSequence(client, fromServer(Uint8Array.of(9), 1004)).outputs).toEqual([
      { type: 'channel-data', channelId: 1004, data: Uint8Array.of(9) },
    ]);
  });

  it('sends Data PDUs that the server takes', () => {
    const conversation = new Conversation();
    const frame = clientDataFrame(activeClient(conversation), PduType2.suppressOutput, Uint8Array.of(0, 0, 0, 0));
    expect(stepServerSequence(conversation.server, frame).outputs).toEqual([
      { type: 'share-data', pduType2: PduType2.suppressOutput, payload: Uint8Array.of(0, 0, 0, 0) },
    ]);
  });

  it('takes no graphics before licensing is over', () => {
    const { toClient } = new Conversation();
    const early = toClient.find(({ state }) => state.name === 'expect-licensing');
    if (early === undefined) throw new Error('no licensing');
    expect(() => stepClientSequence(early.state, Uint8Array.of(0x00, 0x05, 0x05, 0x00, 0x00))).toThrow(
      UnexpectedPduError,
    );
  });

  it('refuses a client name that has no place in the core data', () => {
    expect(() => new Conversation({ clientName: 'sixteen letters!' })).toThrow(RangeError);
  });
});
