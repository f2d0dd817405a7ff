import { Server } from 'node:net';

/** http.Server's own close() would also cut idle connections off (Node >= 19); net.Server's does not. */
export function closeSocketOnly(server: Server): void {
  Server.prototype.close.call(server);
}
