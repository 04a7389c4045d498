import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { Lab } from './lab.js';
import { freePort } from './free-port.js';
import { isListening, listeningSockets, socketsOf } from './listening-sockets.js';
import { isAlive, listProcesses } from './processes.js';
import { waitFor } from './wait.js';

const shell = (script: string) => ({ name: 'shell', command: 'sh', args: ['-c', script], env: {} });

describe.runIf(process.platform === 'linux')('a lab', () => {
  it('ends what it started, with all descendants, and removes its folders', async () => {
    const lab = new Lab();
    const folder = lab.scratch('anything');
    const peer = await lab.start(shell('trap "" TERM; sleep 300 & sleep 300'));
    const members = await peer.ready('both sleeps', () => {
      const group = listProcesses().filter((entry) => entry.group === peer.pid);
      return group.filter(({ command }) => command[0] === 'sleep').length === 2 ? group : undefined;
    });
    await lab.close();
    expect(members.filter(({ pid }) => isAlive(pid))).toEqual([]);
    expect(existsSync(folder)).toBe(false);
  });

  it('leaves nothing behind when the test process is killed', async () => {
    const source = new URL('./peer-process.ts', import.meta.url).pathname;
    const script = `import { PeerProcess } from ${JSON.stringify(source)};
      const peer = await PeerProcess.start({ name: 'sleep', command: 'sleep', args: ['300'], env: {} });
      console.log(peer.pid);`;
    const tests = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script]);
    const [line] = (await once(tests.stdout, 'data')) as [Buffer];
    const pid = Number(line.toString());
    expect(isAlive(pid)).toBe(true);
    tests.kill('SIGKILL');
    await waitFor('the end of sleep', () => !isAlive(pid));
  });

  it('closes in reverse order, and goes on after a failure', async () => {
    const lab = new Lab();
    const order: string[] = [];
    lab.onClose(async () => void order.push('first'));
    lab.onClose(() => Promise.reject(new Error('cannot')));
    lab.onClose(async () => void order.push('last'));
    await expect(lab.close()).rejects.toThrow('cannot');
    expect(order).toEqual(['last', 'first']);
  });

  it('shows the output of a program that ends before it is ready', async () => {
    const lab = new Lab();
    const peer = await lab.start(shell('echo no such display >&2; exit 3'));
    await expect(peer.ready('a window', () => false)).rejects.toThrow(
      /shell ended with 3 before a window\nno such display/,
    );
    expect(await peer.exited).toEqual({ code: 3, signal: null });
    expect(lab.logs()).toContain('--- shell (ended)\nno such display');
    await lab.close();
  });

  it('gives a program nothing of the environment of the tests', async () => {
    process.env['WITNESS_LAB_SECRET'] = 'inherited';
    const lab = new Lab();
    const peer = await lab.start({ ...shell('env'), env: { HOME: '/nowhere' } });
    await peer.exited;
    await waitFor('the output', () => peer.log().includes('HOME=/nowhere'));
    expect(peer.log()).not.toContain('inherited');
    delete process.env['WITNESS_LAB_SECRET'];
    await lab.close();
  });
});

describe.runIf(process.platform === 'linux')('looking at sockets', () => {
  const listen = async (host: string) => {
    const server = createServer();
    const port = await freePort();
    await new Promise<void>((resolve) => server.listen(port, host, resolve));
    return { port, close: () => new Promise((resolve) => server.close(resolve)) };
  };

  it('tells loopback from every interface, and whose they are', async () => {
    const [inside, outside] = [await listen('127.0.0.1'), await listen('0.0.0.0')];
    const own = socketsOf([process.pid]);
    expect(own.find(({ port }) => port === inside.port)?.isLoopback).toBe(true);
    expect(own.find(({ port }) => port === outside.port)?.isLoopback).toBe(false);
    expect(socketsOf([process.ppid]).map(({ port }) => port)).not.toContain(inside.port);
    await Promise.all([inside.close(), outside.close()]);
    expect(isListening(inside.port)).toBe(false);
    expect(listeningSockets().every(({ port }) => port > 0 && port < 65536)).toBe(true);
  });
});
