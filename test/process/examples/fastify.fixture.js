// A Fastify application that is given no host, on a machine where localhost has two addresses.
const dns = require('node:dns');
const { fastify } = require('../../../examples/node_modules/fastify');

const { lookup } = dns;
dns.lookup = (host, ...rest) => {
  const [options, then] = rest.length > 1 ? rest : [{}, rest[0]];
  const both = ['127.0.0.1', '127.0.0.2'].map((address) => ({ address, family: 4 }));
  if (host !== 'localhost') lookup(host, options, then);
  else if (options.all) process.nextTick(then, null, both);
  else process.nextTick(then, null, both[0].address, 4);
};

const app = fastify();
if (process.env.ATTACHED) require('lastcall-drain').drainable(app.server, { lingerMs: 5_000 });
app.get('/', async () => 'answered');
process.once('SIGTERM', () => app.close().then(() => process.exit(0)));
app.listen({ port: Number(process.env.PORT) });
