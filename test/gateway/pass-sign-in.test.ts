/** A client's own CredSSP through the gateway: what passes, where it ends, and what must not pass. [invariant 1] */
import { Duplex, PassThrough } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { passSignIn, type PassSignInOptions } from '../../src/gateway/nla/pass-sign-in.js';
import { MAX_SIGN_IN_BYTES } from '../../src/rdp/wire/limits.js';

/** One end of a connection that lies in memory: what the peer says, and what it is told. */
class Peer {
  readonly says = new PassThrough();
  readonly told: Buffer[] = [];
  readonly stream: Duplex;

  constructor() {
    const { says, told } = this;
    this.stream = Duplex.from({
      readable: says,
      writable: async (source: AsyncIterable<Buffer>) => {
        for await (const chunk of source) told.push(chunk);
      },
    });
    this.stream.on('error', () => {});
    this.stream.pause();
  }

  get heard(): string {
    return Buffer.concat(this.told).toString('latin1');
  }
}

const CONNECT_INITIAL = Buffer.from('0300010a02f0807f65820001aa', 'hex');
const NTLM_OID = Buffer.from('060a2b06010401823702020a', 'hex');
const NEGOEX_OID = Buffer.from('060a2b06010401823702021e', 'hex');

function ntlmAuthenticate(domain: string): Buffer {
  const name = Buffer.from(domain, 'utf16le');
  const message = Buffer.alloc(72 + name.length);
  message.write('NTLMSSP\0', 'latin1');
  message.writeUInt32LE(3, 8);
  message.writeUInt16LE(name.length, 28);
  message.writeUInt16LE(name.length, 30);
  message.writeUInt32LE(72, 32);
  message.writeUInt32LE(1, 60);
  name.copy(message, 72);
  return message;
}

const DEFAULTS: PassSignInOptions = { timeoutMs: 5000, ntlmBlocked: false, onEntraSeen: () => false };

function start(change: Partial<PassSignInOptions> = {}) {
  const [client, target] = [new Peer(), new Peer()];
  const done = passSignIn(client.stream, target.stream, { ...DEFAULTS, ...change });
  return { client, target, done };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const settle = async (): Promise<void> => {
  for (let round = 0; round < 10; round += 1) await turn();
};

describe("a client's own sign-in", () => {
  it('passes both ways to the byte, however it is cut up, and leaves MCS in the stream', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 8 }), async (cuts) => {
        const { client, target, done } = start();
        const credssp = Buffer.from('30 03 00 01 0a 02 and more, 03 00', 'latin1');
        const all = Buffer.concat([credssp, Buffer.of(0x03, 0x00), CONNECT_INITIAL]);
        target.says.write('answer');
        for (let at = 0, turns = 0; at < all.length; turns += 1) {
          const size = cuts[turns % cuts.length] ?? 1;
          client.says.write(all.subarray(at, at + size));
          at += size;
          await turn();
        }
        expect(await done).toBe('signed-in');
        await settle();
        expect(client.heard).toBe('answer');
        expect(target.heard).toBe(all.subarray(0, all.length - CONNECT_INITIAL.length).toString('latin1'));
        expect(client.stream.isPaused()).toBe(true);
        const left: Buffer[] = [];
        client.stream.on('data', (chunk: Buffer) => left.push(chunk)).resume();
        await settle();
        expect(Buffer.concat(left)).toEqual(CONNECT_INITIAL);
      }),
      { numRuns: 25 },
    );
  });

  it('ends before the client learns that a target chose NEGOEX', async () => {
    const { client, target, done } = start();
    target.says.write(Buffer.concat([Buffer.from('a token with '), NEGOEX_OID]));
    expect(await done).toBe('entra');
    await settle();
    expect(client.heard).toBe('');
  });

  it('ends before the target gets an NTLM message of the domain AzureAD', async () => {
    const seen: string[] = [];
    const { client, target, done } = start({ onEntraSeen: (where) => seen.push(where) === 0 });
    client.says.write(ntlmAuthenticate('AzureAD'));
    expect(await done).toBe('entra');
    await settle();
    expect(target.heard).toBe('');
    expect(seen).toEqual(['ntlm-authenticate']);
  });

  it('goes on with both where nothing forbids it, and with other domains', async () => {
    const { client, target, done } = start({ onEntraSeen: () => true });
    client.says.write(ntlmAuthenticate('AzureAD'));
    target.says.write(NEGOEX_OID);
    await settle();
    client.says.write(CONNECT_INITIAL);
    expect(await done).toBe('signed-in');
    const other = start();
    other.client.says.write(Buffer.concat([ntlmAuthenticate('CONTOSO'), CONNECT_INITIAL]));
    expect(await other.done).toBe('signed-in');
  });

  it('ends before either peer learns of NTLM where that is blocked, however its message is cut up', async () => {
    const message = Buffer.concat([Buffer.from('a token with '), ntlmAuthenticate('CONTOSO')]);
    for (const cut of [1, 7, 16, 20, message.length]) {
      for (const from of ['client', 'target'] as const) {
        const peers = start({ ntlmBlocked: true });
        peers[from].says.write(message.subarray(0, cut));
        await turn();
        peers[from].says.write(message.subarray(cut));
        expect(await peers.done).toBe('ntlm');
        await settle();
        expect(peers[from === 'client' ? 'target' : 'client'].heard).not.toContain('NTLMSSP\0');
      }
    }
  });

  it('goes on with Kerberos where NTLM is blocked, also of a client that names NTLM among what it knows', async () => {
    const { client, target, done } = start({ ntlmBlocked: true });
    client.says.write(Buffer.concat([NTLM_OID, Buffer.from('and a ticket'), CONNECT_INITIAL]));
    expect(await done).toBe('signed-in');
    await settle();
    expect(target.heard).toContain('and a ticket');
  });

  it('ends with the peer that went away', async () => {
    const first = start();
    first.client.says.end();
    expect(await first.done).toBe('client-closed');
    const second = start();
    second.target.says.end();
    expect(await second.done).toBe('target-closed');
  });

  it('does not wait for ever, and keeps no more than a sign-in can have', async () => {
    expect(await start({ timeoutMs: 20 }).done).toBe('timeout');
    const { client, done } = start();
    client.says.write(Buffer.alloc(MAX_SIGN_IN_BYTES + 1, 0x30));
    expect(await done).toBe('protocol-error');
  });

  it('lets no target begin MCS before its client', async () => {
    const { target, done } = start();
    target.says.write(Buffer.from('0300010a02f0807f66820001aa', 'hex'));
    expect(await done).toBe('protocol-error');
  });
});
