const express = require('express');
const { drainable } = require('lastcall-drain');
const jobs = require('./jobs');

const app = express();

app.get('/health', (_request, response) => {
  if (server.draining.aborted) response.status(503).json({ status: 'draining' });
  else response.json({ status: 'ok' });
});

app.post('/work', express.json(), async (request, response) => {
  response.status(201).json(await jobs.insert(request.body.name));
});

const server = drainable(app.listen(process.env.PORT ?? 3000));

process.on('SIGTERM', () => server.close(() => jobs.end()));
