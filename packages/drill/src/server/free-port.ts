import net from 'node:net';

/** Below 32768, where Linux begins to hand out ports to outgoing connections: a client must not take the server's. */
const LOWEST = 18000;
const HIGHEST = 31999;
/** So many ports are not handed out again at once: whoever has one may not listen on it yet. */
const KEPT = 200;
const recent: number[] = [];

/** A port on loopback that is free now, and that this process has not handed out lately. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST));
    if (recent.includes(port)) continue;
    recent.push(port);
    if (recent.length > KEPT) recent.shift();
    if (await canListen(port)) return port;
  }
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
