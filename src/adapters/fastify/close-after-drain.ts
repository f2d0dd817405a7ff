import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Server } from 'node:net';

/** What Fastify says of each request that comes to a handler (its documentation, Diagnostics Channel Support). */
const REQUESTS = 'tracing:fastify.request.handler:start';
/** Under it, a server has the applications that it is of, if any, where register was there when it was made. */
const APPLICATIONS = Symbol.for('lastcall-drain.fastify');

interface Application {
  readonly server: object;
  close(...args: unknown[]): unknown;
}

/** The servers that are drained by us. */
interface Drains {
  has(server: object): boolean;
  /** Resolves when all requests of that server are answered; at once where it is none of ours. */
  requestsOf(server: object): Promise<void>;
  /** Of a server that will lose requests. */
  warn(code: string, text: string): void;
}

/**
 * Fastify's `app.close()` first has its routes answer 503 with `Connection: close`, and only then closes the server. Where `server`
 * is Fastify's, `app.close()` waits for its drain first, so that every request is answered by its handler. Fastify gives no
 * way from the server to an application that is there already; its first request does.
 */
export function closeFastifyAfter(server: Server, drains: Drains): void {
  const known = (server as Server & { [APPLICATIONS]?: Set<Application> })[APPLICATIONS];
  if (known) {
    for (const application of known) patchClose(application, drains);
    return;
  }
  const onRequest = (message: unknown) => {
    const application = (message as { request?: { server?: Application } }).request?.server;
    if (application?.server !== server) return;
    listenNoMore();
    server.off('listening', listen);
    patchClose(application, drains);
  };
  // Not for longer than the server listens: the channel would keep every server there ever was.
  const listen = () => subscribe(REQUESTS, onRequest);
  const listenNoMore = () => void unsubscribe(REQUESTS, onRequest);
  server.on('listening', listen).on('close', listenNoMore);
  if (server.listening) listen();
}

/** Plugins have the application as their prototype: `close` stands on the outermost. */
function patchClose(application: Application, drains: Drains): void {
  let root = application;
  while (!Object.hasOwn(root, 'close')) root = Object.getPrototypeOf(root);
  const { close } = root;
  if (otherServers(root).some((other) => !drains.has(other))) {
    drains.warn(
      'FASTIFY_HOST',
      'Fastify was given no host, so it listens with a second server for localhost, whose connections are not drained: ' +
        'app.listen({ port, host }), or node --import lastcall-drain/register',
    );
  }
  if (internalOf(root, 'fastify.hooks') === undefined)
    drains.warn('DEGRADED', "Fastify's preClose hooks are not found: they run after the drain");
  root.close = (...args) => {
    const drained = [root.server, ...otherServers(root)].map((server) => drains.requestsOf(server));
    void runPreCloseHooks(root);
    const closed = Promise.all(drained).then(() => Reflect.apply(close, root, args));
    return typeof args[0] === 'function' ? undefined : closed;
  };
}

/** Without a host, Fastify listens on each address of localhost, with a server of its own for every one but the first. */
function otherServers(root: Application): readonly object[] {
  return internalOf<readonly object[]>(root, 'fastify.serverBindings') ?? [];
}

type Hook = (done?: (error?: Error) => void) => unknown;

/**
 * They are there to end what would hold the server up: long polls, WebSockets. So they run when the drain begins. When Fastify comes to
 * them, it gets the same promises: it is Fastify that waits for them, as long as it likes, and hears of their errors.
 */
async function runPreCloseHooks(application: Application): Promise<void> {
  const hooks = internalOf<{ preClose?: Hook[] }>(application, 'fastify.hooks')?.preClose ?? [];
  for (const [index, hook] of hooks.entries()) {
    const ran = promiseOf(hook, application);
    hooks[index] = () => ran;
    await ran.catch(() => {});
  }
  const children = internalOf<readonly Application[]>(application, 'fastify.children') ?? [];
  for (const child of children) await runPreCloseHooks(child);
}

async function promiseOf(hook: Hook, application: Application): Promise<void> {
  // Who takes an argument takes a callback (lib/hooks.js).
  if (hook.length !== 1) await hook.call(application);
  else
    await new Promise<void>((resolve, reject) =>
      hook.call(application, (error) => (error ? reject(error) : resolve())),
    );
}

function internalOf<T>(application: Application, description: string): T | undefined {
  const symbol = Object.getOwnPropertySymbols(application).find((each) => each.description === description);
  return symbol && (application as unknown as Record<symbol, T>)[symbol];
}
