const { createServer } = require('node:http');
const { drainable } = require('lastcall-drain');
const jobs = require('./jobs');
const routes = require('./routes');

const others = routes(() => server.draining.aborted);
const streams = new Set();

const server = drainable(
  createServer((request, response) => {
    if (request.url === '/events') events(response);
    else others(request, response);
  }),
);

function events(response) {
  streams.add(response);
  response.once('close', () => streams.delete(response));
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  response.write('event: hello\ndata:\n\n');
  if (server.draining.aborted) goodbye(response);
}

function goodbye(response) {
  // The browser comes back by itself, after this many milliseconds, and finds the server's successor.
  response.end('retry: 1000\nevent: goodbye\ndata:\n\n');
}

server.draining.addEventListener('abort', () => streams.forEach(goodbye));
process.on('SIGTERM', () => server.close(() => jobs.end()));
server.listen(process.env.PORT ?? 3000);
