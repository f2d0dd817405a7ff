const cluster = require('node:cluster');
const { createServer } = require('node:http');
const { availableParallelism } = require('node:os');
const { drainable } = require('lastcall-drain');

if (cluster.isPrimary) startWorkers();
else serve();

function startWorkers() {
  for (let count = availableParallelism(); count > 0; count -= 1) cluster.fork();
  process.on('SIGTERM', () => {
    for (const worker of Object.values(cluster.workers)) worker.send('stop');
  });
  // A new release: each worker goes when its successor listens, so that nobody is turned away or lost.
  process.on('SIGHUP', async () => {
    for (const worker of Object.values(cluster.workers)) {
      await new Promise((listens) => cluster.fork().once('listening', listens));
      worker.send('stop');
    }
  });
}

function serve() {
  const jobs = require('./jobs');
  const routes = require('./routes');
  const server = drainable(createServer(routes(() => server.draining.aborted)));
  process.on('message', () => server.close(() => jobs.end().then(() => cluster.worker.disconnect())));
  server.listen(process.env.PORT ?? 3000);
}
