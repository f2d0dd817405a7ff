const { json } = require('node:stream/consumers');
const Koa = require('koa');
const { drainable } = require('lastcall-drain');
const jobs = require('./jobs');

const app = new Koa();

app.use(async (context) => {
  if (context.path === '/health') {
    context.status = server.draining.aborted ? 503 : 200;
    context.body = { status: server.draining.aborted ? 'draining' : 'ok' };
  } else if (context.path === '/work') {
    const { name } = await json(context.req);
    context.status = 201;
    context.body = await jobs.insert(name);
  }
});

const server = drainable(app.listen(process.env.PORT ?? 3000));

process.on('SIGTERM', () => server.close(() => jobs.end()));
