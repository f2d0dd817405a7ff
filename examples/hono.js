const { serve } = require('@hono/node-server');
const { Hono } = require('hono');
const { drainable } = require('lastcall-drain');
const jobs = require('./jobs');

const app = new Hono();

app.get('/health', (c) =>
  server.draining.aborted ? c.json({ status: 'draining' }, 503) : c.json({ status: 'ok' }),
);

app.post('/work', async (c) => {
  const { name } = await c.req.json();
  return c.json(await jobs.insert(name), 201);
});

const server = drainable(serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 3000) }));

process.on('SIGTERM', () => server.close(() => jobs.end()));
