// One of the frameworks, with lastcall-drain where DRAIN is set: what that costs while nobody stops it. Nothing else costs
// anything: a job is answered at once, and kept nowhere.
const http = require('node:http');

const [framework] = process.argv.slice(2);
const port = Number(process.env.PORT);
const jobOf = ({ name }) => ({ id: '0192d3a5-4f4e-7b0a-9d64-8f4f8a1e2b33', name });
const drained = (server) => {
  server.keepAliveTimeout = 75_000;
  if (process.env.DRAIN) require('../../../packages/drain').drainable(server);
  return server;
};

const start = {
  'node:http': () => {
    const server = http.createServer((request, response) => {
      if (request.method === 'GET') return response.end('{"status":"ok"}');
      let text = '';
      request.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
      });
      request.on('end', () => {
        response.writeHead(201, { 'content-type': 'application/json' });
        response.end(JSON.stringify(jobOf(JSON.parse(text))));
      });
    });
    drained(server).listen(port, '127.0.0.1');
  },
  express: () => {
    const express = require('express');
    const app = express();
    app.use(express.json());
    app.get('/health', (_request, response) => response.json({ status: 'ok' }));
    app.post('/work', (request, response) => response.status(201).json(jobOf(request.body)));
    drained(http.createServer(app)).listen(port, '127.0.0.1');
  },
  fastify: () => {
    const app = require('fastify')();
    app.get('/health', async () => ({ status: 'ok' }));
    app.post('/work', async (request, reply) => reply.code(201).send(jobOf(request.body)));
    drained(app.server);
    app.listen({ port, host: '127.0.0.1' });
  },
};
start[framework]();
