import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BlobServiceClient } from '@azure/storage-blob';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startAzurite } from '../../src/storage/azurite.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'witness-azurite-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const options = (): { folder: string; keyFile: string } => ({
  folder: join(folder, 'blobs'),
  keyFile: join(folder, 'keys', 'azurite.key'),
});

describe('the embedded blob storage', () => {
  it('keeps what was stored over a restart, under the same key', async () => {
    const first = await startAzurite(options());
    const container = BlobServiceClient.fromConnectionString(first.connectionString).getContainerClient('kept');
    await container.create();
    await container.getAppendBlobClient('a/b').create();
    await container.getAppendBlobClient('a/b').appendBlock('kept', 4);
    await first.stop();
    expect(await first.exited).toEqual({ code: 0, signal: null });

    const second = await startAzurite(options());
    try {
      const again = BlobServiceClient.fromConnectionString(second.connectionString).getContainerClient('kept');
      expect((await again.getBlobClient('a/b').downloadToBuffer()).toString()).toBe('kept');
    } finally {
      await second.stop();
    }
  });

  it('keeps what was stored before its index was saved, and nothing less, when it is killed', async () => {
    const first = await startAzurite(options());
    const container = BlobServiceClient.fromConnectionString(first.connectionString).getContainerClient('kept');
    await container.create();
    await container.getAppendBlobClient('a').create();
    await container.getAppendBlobClient('a').appendBlock('kept', 4);
    await first.persist();
    await container.getAppendBlobClient('a').appendBlock('lost', 4);
    process.kill(first.pid, 'SIGKILL');
    await first.exited;
    await expect(first.persist()).rejects.toThrow('it ended');

    const second = await startAzurite(options());
    try {
      const again = BlobServiceClient.fromConnectionString(second.connectionString).getContainerClient('kept');
      expect((await again.getBlobClient('a').downloadToBuffer()).toString()).toBe('kept');
    } finally {
      await second.stop();
    }
  });

  it('keeps its account key to its owner', async () => {
    const azurite = await startAzurite(options());
    try {
      expect((await stat(options().keyFile)).mode & 0o777).toBe(0o600);
      const key = await readFile(options().keyFile, 'utf8');
      const commandLine = await readFile(`/proc/${azurite.pid}/cmdline`, 'utf8');
      expect(commandLine).not.toContain(key);
    } finally {
      await azurite.stop();
    }
  });

  it('refuses a key file that holds something else', async () => {
    await writeFile(join(folder, 'bad.key'), 'hello');
    await expect(startAzurite({ folder, keyFile: join(folder, 'bad.key') })).rejects.toThrow('does not hold');
  });

  it('does not take a stranger on the port for itself', async () => {
    const stranger = createServer();
    await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
    const address = stranger.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    await expect(startAzurite({ ...options(), port })).rejects.toThrow('EADDRINUSE');
    await new Promise((resolve) => stranger.close(resolve));
  });

  it('ends when its parent is killed', async () => {
    const { folder: blobs, keyFile } = options();
    const script = `
      import { startAzurite } from ${JSON.stringify(new URL('../../src/storage/azurite.ts', import.meta.url).href)};
      const azurite = await startAzurite(${JSON.stringify({ folder: blobs, keyFile })});
      console.log(azurite.pid);
      setInterval(() => {}, 1000);`;
    const parent = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const pid = await new Promise<number>((resolve) => {
      parent.stdout.once('data', (chunk: Buffer) => resolve(Number(chunk.toString())));
    });
    expect(isRunning(pid)).toBe(true);
    parent.kill('SIGKILL');
    for (let attempt = 0; attempt < 100 && isRunning(pid); attempt++) await sleep(100);
    expect(isRunning(pid)).toBe(false);
  });
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
