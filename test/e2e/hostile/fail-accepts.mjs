/** Loaded into a gateway before its own code: at SIGUSR2 every listener reports what it does when accept(2) fails. */
import { Server } from 'node:net';
import { isMainThread } from 'node:worker_threads';

const servers = new Set();
const listen = Reflect.get(Server.prototype, 'listen');
Server.prototype.listen = function (...args) {
  servers.add(this);
  return listen.apply(this, args);
};

if (isMainThread) {
  process.on('SIGUSR2', () => {
    const listening = [...servers].filter((server) => server.listening);
    for (const server of listening) {
      server.emit('error', Object.assign(new Error('accept EMFILE'), { code: 'EMFILE', syscall: 'accept' }));
    }
    process.stdout.write(`${listening.length} listeners failed to accept\n`);
  });
}
