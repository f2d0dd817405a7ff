import net from 'node:net';

/** Below 32768, where Linux begins to hand out ports to outgoing connections: a client must not take the server's. */
const LOWEST = 18000;
const HIGHEST = 31999;
const recent = new Set<number>();

/** A port on loopback that is free now, and that this process has not handed out lately. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST));
    if (recent.has(port) || !(await canListen(port))) continue;
    recent.add(port);
    if (recent.size > 200) for (const oldest of recent) return forget(oldest, port);
    return port;
  }
}

function forget(oldest: number, port: number): number {
  recent.delete(oldest);
  return port;
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
