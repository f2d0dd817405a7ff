/** A program that is put together by lifecycle(); says what happens, a line each. Its name is the scenario. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { lifecycle } from '../../../src/bootstrap/drain';

const [scenario = 'usual'] = process.argv.slice(2);
const say = (text: string) => process.stdout.write(`${text}\n`);
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const part = (name: string, needs: readonly string[] = []) => ({
  needs,
  async start(signal: AbortSignal) {
    if (scenario === 'a start fails' && name === 'cache') throw new Error('no cache today');
    if (scenario === 'a start takes long' && name === 'cache') await once(signal, 'abort');
    say(`start ${name}`);
  },
  async stop(signal: AbortSignal) {
    if (scenario === 'a stop fails' && name === 'cache') throw new Error('the cache is stuck');
    if (scenario === 'a stop hangs' && name === 'cache')
      await once(signal, 'abort').then(() => new Promise(() => {}));
    if (scenario === 'a second signal' && name === 'cache') await pause(60_000);
    await pause(name === 'queue' ? 40 : 10);
    if (scenario === 'a code of its own' && name === 'cache') process.exitCode = 3;
    say(`stop ${name}`);
  },
});

const service = lifecycle({ timeoutMs: scenario === 'a second signal' ? 60_000 : 3_000 })
  .use('database', part('database'))
  .use('cache', part('cache', ['database']))
  .use('queue', part('queue', ['database']));
const handler = createServer({ keepAliveTimeout: 75_000 }, async (request, response) => {
  if (request.url === '/health') response.statusCode = service.draining.aborted ? 503 : 200;
  else await pause(300);
  say(`answer ${request.url} ${response.statusCode}`);
  response.end();
});
handler.once('listening', () => {
  const address = handler.address();
  say(`listening ${typeof address === 'object' && address?.port}`);
});
service.draining.addEventListener('abort', () => say('draining'));
if (scenario === 'a name twice') service.use('cache', part('cache'));
if (scenario === 'a circle') service.use('a', part('a', ['b'])).use('b', part('b', ['a']));
if (scenario === 'something is left') setInterval(() => {}, 1_000);
service.http(handler, { port: 0, host: '127.0.0.1', drain: { lingerMs: 100 } });
const run = service.run();
if (scenario === 'run twice') say(`the same ${service.run() === run}`);
run.then((code) => say(`code ${code}`));
