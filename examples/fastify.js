const { fastify } = require('fastify');
const { drainable } = require('lastcall-drain');
const jobs = require('./jobs');

const app = fastify();
const server = drainable(app.server);

app.get('/health', (_request, reply) => {
  if (server.draining.aborted) reply.code(503).send({ status: 'draining' });
  else reply.send({ status: 'ok' });
});

app.post('/work', async (request, reply) => {
  reply.code(201);
  return jobs.insert(request.body.name);
});

// Fastify runs it when the server is closed, and with that after the last answer.
app.addHook('onClose', () => jobs.end());

process.on('SIGTERM', () => app.close());
// Without a host Fastify listens with a second server for ::1, which is not app.server.
app.listen({ port: Number(process.env.PORT ?? 3000), host: '0.0.0.0' });
