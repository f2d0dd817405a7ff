/**
 * A program with an attached server, whose listening socket others have too. Answers each request with its process id; SIGTERM
 * (a message, where it is a worker of a cluster) drains it. Says so, as JSON lines: `listening`, `report`.
 *   fd        the descriptor 3 is the socket
 *   handle    the parent sends the socket
 *   sender    it listens itself, and sends its socket to a child, whose process id it says
 *   cluster   a primary with workers, of which `SIGUSR2` stops the first, and puts another in its place
 */
import { fork } from 'node:child_process';
import cluster, { type Worker } from 'node:cluster';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createNetServer, type Server } from 'node:net';
import { drainable } from '../../../src/bootstrap/drain';

const [mode = 'fd', policy] = process.argv.slice(2);
const say = (message: object) => process.stdout.write(`${JSON.stringify(message)}\n`);

const server = drainable(
  createServer({ keepAliveTimeout: 75_000 }, (request, response) => {
    request.resume().on('end', () => response.writeHead(201).end(`made by ${process.pid}`));
  }),
  { lingerMs: 50 },
);
server.on('listening', () => say({ listening: server.address(), pid: process.pid }));

async function stop(): Promise<void> {
  server.close();
  say({ report: await server.drain(), pid: process.pid });
}

if (mode === 'fd') {
  server.listen({ fd: 3 });
  process.once('SIGTERM', () => void stop());
} else if (mode === 'handle') {
  process.once('message', (_message, handle) => server.listen(handle as Server));
  process.once('SIGTERM', () => void stop().then(() => process.disconnect()));
} else if (mode === 'sender') {
  server.listen(0, '127.0.0.1', () => {
    const child = fork(__filename, ['handle']);
    child.send('the socket', server, { keepOpen: true }, () => say({ child: child.pid }));
    process.once('SIGTERM', () => void stop());
    process.once('SIGUSR2', () => child.kill('SIGTERM'));
  });
} else if (cluster.isPrimary) {
  cluster.schedulingPolicy = policy === 'round robin' ? cluster.SCHED_RR : cluster.SCHED_NONE;
  const workers: Worker[] = [];
  // One port for all of them, also for those that come later.
  const probe = createNetServer().listen(0, '127.0.0.1', () => {
    process.env.PORT = String((probe.address() as AddressInfo).port);
    probe.close(() => workers.push(cluster.fork(), cluster.fork()));
  });
  process.on('SIGUSR2', () => {
    const successor = cluster.fork();
    successor.once('listening', () => {
      workers.shift()?.send('stop');
      workers.push(successor);
    });
  });
  process.once('SIGTERM', () => {
    for (const worker of workers) worker.send('stop');
  });
} else {
  server.listen(Number(process.env.PORT), '127.0.0.1');
  process.once('message', () => void stop().then(() => process.disconnect()));
}
