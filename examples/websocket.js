const { createServer } = require('node:http');
const { drainable } = require('lastcall-drain');
const { WebSocketServer } = require('ws');
const jobs = require('./jobs');
const routes = require('./routes');

/** A client that does not answer the goodbye is not waited for longer. */
const GOODBYE_MS = 3000;

const server = drainable(createServer(routes(() => server.draining.aborted)), { upgraded: 'wait' });
const sockets = new WebSocketServer({ server });

sockets.on('connection', (socket) => {
  const working = new Set();
  let isLeaving = false;

  // {"name"} is a job, and {"goodbye":true} the last that a client says.
  socket.on('message', (data) => {
    if (isLeaving) return;
    const message = parse(data);
    if (message === undefined) return socket.close(1007);
    const { goodbye, name } = message;
    if (goodbye) return leave();
    const work = jobs.insert(name).then(
      (job) => socket.send(JSON.stringify({ done: job })),
      () => socket.send(JSON.stringify({ failed: name })),
    );
    working.add(work);
    work.finally(() => working.delete(work));
  });

  // What has not been acknowledged by the 1001 has not been carried out.
  async function leave() {
    isLeaving = true;
    await Promise.all(working);
    socket.close(1001, 'the server is stopping');
  }

  socket.goodbye = () => {
    socket.send(JSON.stringify({ goodbye: true }));
    setTimeout(leave, GOODBYE_MS).unref();
  };
  if (server.draining.aborted) socket.goodbye();
});

function parse(data) {
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}

server.draining.addEventListener('abort', () => {
  for (const socket of sockets.clients) socket.goodbye();
});
process.on('SIGTERM', () => server.close(() => jobs.end()));
server.listen(process.env.PORT ?? 3000);
