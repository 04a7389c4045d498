/** What a person is told whose capture cannot be imported. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROTOCOL_HYBRID, PROTOCOL_RDP, PROTOCOL_SSL } from '../../src/rdp/connection/security-protocols.js';
import { encodeConnectionConfirm, type NegotiationResult } from '../../src/rdp/connection/x224/connection-confirm.js';
import { encodeConnectionRequest } from '../../src/rdp/connection/x224/connection-request.js';
import { encodeTpkt } from '../../src/rdp/wire/tpkt.js';
import { requirePeers } from '../setup/requirements.js';
import { pcapOf, type Segment } from './support/pcap.js';
import { type ImportRun, runImport } from './support/run-import.js';

const NOTHING = new Uint8Array(0);

function negotiated(negotiation: NegotiationResult): Segment[] {
  const requested = { flags: 0, requestedProtocols: PROTOCOL_SSL | PROTOCOL_HYBRID, correlationInfo: null };
  const request = { dstRef: 0, srcRef: 0, classOption: 0, routing: { kind: 'none' }, trailing: NOTHING } as const;
  const confirm = { dstRef: 0, srcRef: 0x1234, classOption: 0, negotiation, trailing: NOTHING };
  return [
    { from: 'client', payload: encodeTpkt(encodeConnectionRequest({ ...request, negotiation: requested })) },
    { from: 'server', payload: encodeTpkt(encodeConnectionConfirm(confirm)) },
  ];
}

const selected = (selectedProtocol: number): NegotiationResult => ({ kind: 'response', flags: 0, selectedProtocol });

describe.runIf(requirePeers('tshark'))('an import that cannot be', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'witness-import-errors-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function importFile(
    name: string,
    content: Uint8Array | string,
    args: readonly string[] = [],
  ): Promise<ImportRun> {
    const file = path.join(folder, name);
    writeFileSync(file, content);
    const run = await runImport([file, ...args], { HOME: folder, WITNESS_DATA: path.join(folder, 'data') });
    // Nothing came of it: not even a data folder.
    expect(await readdir(folder)).not.toContain('data');
    return run;
  }

  const said = (sentence: string | RegExp) => ({
    status: 1,
    stdout: '',
    stderr: expect.stringMatching(sentence) as string,
  });

  it.each([
    ['an answer without negotiation', { kind: 'none' }],
    ['the selection of standard security', selected(PROTOCOL_RDP)],
  ] as const)('is one of standard RDP encryption: %s', async (_name, negotiation) => {
    const pcap = pcapOf({ serverPort: 3389, segments: negotiated(negotiation) });
    expect(await importFile('standard.pcap', pcap)).toEqual(said(/^witness: .*uses standard RDP encryption/));
  });

  it('is one whose server refused', async () => {
    const segments = negotiated({ kind: 'failure', flags: 0, failureCode: 5 });
    const run = await importFile('refused.pcap', pcapOf({ serverPort: 3389, segments }));
    expect(run).toEqual(said(/^witness: there is no RDP session .* negotiation failure 5\n$/));
  });

  it('is one without secrets, with a key log of another session or without', async () => {
    const pcap = pcapOf({ serverPort: 3389, segments: negotiated(selected(PROTOCOL_SSL)) });
    expect(await importFile('secret.pcap', pcap)).toEqual(said(/holds no TLS secrets of the session; .*--keylog\n$/));
    const keylog = path.join(folder, 'other.keys');
    writeFileSync(keylog, `CLIENT_RANDOM ${'00'.repeat(32)} ${'00'.repeat(48)}\n`);
    const run = await importFile('secret.pcap', pcap, ['--keylog', keylog]);
    expect(run).toEqual(said(/neither the key log nor the file has the TLS secrets/));
  });

  it('is one without RDP, and says where there is some', async () => {
    const web = pcapOf({
      serverPort: 3389,
      segments: [{ from: 'client', payload: Buffer.from('GET / HTTP/1.1\r\n\r\n') }],
    });
    expect(await importFile('web.pcap', web)).toEqual(said(/^witness: there is no RDP connection on port 3389/));
    const elsewhere = pcapOf({ serverPort: 3390, segments: negotiated(selected(PROTOCOL_SSL)) });
    expect(await importFile('elsewhere.pcap', elsewhere)).toEqual(
      said(/there is on port 3390: choose it with --port\n$/),
    );
    expect(await importFile('elsewhere.pcap', elsewhere, ['--port', '3390'])).toEqual(said(/holds no TLS secrets/));
  });

  it('is no capture at all, or not there', async () => {
    expect(await importFile('text.pcap', 'no capture')).toEqual(said(/^witness: the capture cannot be read: /));
    const run = await runImport([path.join(folder, 'absent')], { HOME: folder });
    expect(run).toEqual(said(/^witness: the capture .*absent cannot be read\n$/));
    const noKeys = await importFile('text.pcap', 'no capture', ['--keylog', path.join(folder, 'absent')]);
    expect(noKeys).toEqual(said(/^witness: the key log .*absent cannot be read\n$/));
  });

  it('is tried without tshark', async () => {
    const file = path.join(folder, 'any.pcap');
    writeFileSync(file, pcapOf({ serverPort: 3389, segments: [] }));
    const run = await runImport([file], { HOME: folder, PATH: folder });
    expect(run).toEqual(said(/^witness: tshark is not installed; .*apt install tshark/));
  });

  it('is asked for wrongly', async () => {
    for (const args of [
      ['--port', '0'],
      ['--stream', '-1'],
      ['--method', 'portal'],
    ]) {
      expect(await importFile('any.pcap', '', args)).toEqual(
        said(new RegExp(`^witness: ${args[0]} is "${args[1]}"; allowed: `)),
      );
    }
    const full = await importFile('any.pcap', '', ['--out', folder]);
    expect(full).toEqual(said(/is not empty; name another folder with --out\n$/));
  });
});
