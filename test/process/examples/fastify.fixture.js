// Fastify in the forms that its close has to do with. FORM is
//   two-addresses   it is given no host, and localhost has two addresses
//   pre-close       hooks that end a long poll and a WebSocket
//   stuck           a hook that never comes to its end
//   shared          two applications on one server
const dns = require('node:dns');
const { createServer } = require('node:http');
const { fastify } = require('../../../examples/node_modules/fastify');
const { WebSocketServer } = require('../../../examples/node_modules/ws');

const { lookup } = dns;
dns.lookup = (host, ...rest) => {
  const [options, then] = rest.length > 1 ? rest : [{}, rest[0]];
  const both = ['127.0.0.1', '127.0.0.2'].map((address) => ({ address, family: 4 }));
  if (host !== 'localhost') lookup(host, options, then);
  else if (options.all) process.nextTick(then, null, both);
  else process.nextTick(then, null, both[0].address, 4);
};

const FORMS = {
  'two-addresses': () => fastify(),
  'pre-close'() {
    const app = fastify();
    const polls = [];
    const sockets = new WebSocketServer({ server: app.server });
    app.get('/poll', (_request, reply) => void polls.push(reply));
    app.addHook('preClose', (done) => {
      for (const reply of polls) reply.code(204).send();
      done();
    });
    app.register(async (plugin) => {
      plugin.addHook('preClose', async () => {
        for (const socket of sockets.clients) socket.close(1001);
      });
    });
    return app;
  },
  stuck() {
    const app = fastify({ pluginTimeout: 500 });
    app.addHook('preClose', (_done) => {});
    return app;
  },
  shared() {
    const server = createServer((request, response) => app.routing(request, response));
    const serverFactory = () => server;
    fastify({ serverFactory });
    const app = fastify({ serverFactory });
    return app;
  },
};

const app = FORMS[process.env.FORM]();
if (process.env.ATTACHED) require('lastcall-drain').drainable(app.server, { lingerMs: 5_000 });
app.get('/', async () => 'answered');
process.once('SIGTERM', () =>
  app.close().then(
    () => process.exit(0),
    ({ code }) => process.exit(code === 'AVV_ERR_READY_TIMEOUT' ? 3 : 4),
  ),
);
app.listen({
  port: Number(process.env.PORT),
  ...(process.env.FORM !== 'two-addresses' && { host: '127.0.0.1' }),
});
