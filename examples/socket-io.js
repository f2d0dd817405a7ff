const { createServer } = require('node:http');
const { drainable } = require('lastcall-drain');
const { Server } = require('socket.io');
const jobs = require('./jobs');
const routes = require('./routes');

/** A client that does not answer the goodbye is not waited for longer. */
const GOODBYE_MS = 3000;

const server = drainable(createServer(routes(() => server.draining.aborted)), { upgraded: 'wait' });
// Long polling asks for each message with a request of its own, and who has to connect anew is refused during the drain.
const io = new Server(server, { transports: ['websocket'] });

io.on('connection', (socket) => {
  const working = new Set();
  let isLeaving = false;

  socket.on('job', (name, acknowledge = () => {}) => {
    if (isLeaving) return;
    const work = jobs.insert(name).then(acknowledge, () => acknowledge(null));
    working.add(work);
    work.finally(() => working.delete(work));
  });

  // The client acknowledges the goodbye after its last job; what has no acknowledgement by the end was not carried out.
  socket.data.goodbye = () => {
    socket.timeout(GOODBYE_MS).emit('goodbye', async () => {
      // Socket.IO hands an event on a turn later than an acknowledgement that came behind it.
      await new Promise(setImmediate);
      isLeaving = true;
      await Promise.all(working);
      socket.disconnect(true);
    });
  };
  if (server.draining.aborted) socket.data.goodbye();
});

server.draining.addEventListener('abort', () => {
  for (const { data } of io.sockets.sockets.values()) data.goodbye();
});
process.on('SIGTERM', () => server.close(() => jobs.end()));
server.listen(process.env.PORT ?? 3000);
