const { appendFile } = require('node:fs/promises');
const { createServer } = require('node:http');
const { json } = require('node:stream/consumers');
const { setTimeout: sleep } = require('node:timers/promises');

/** Node's own server, and no word about signals: SIGTERM kills the process, as it does by default. */
const server = createServer(async (request, response) => {
  if (request.url === '/healthz') return response.end();
  const order = await json(request);
  await sleep(5); // the work
  await appendFile(process.env.EFFECTS_FILE, `${order.id}\n`);
  response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify(order));
});

server.listen(process.env.PORT, '127.0.0.1');

module.exports = { server };
