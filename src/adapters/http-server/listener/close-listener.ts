import { renameSync, unlinkSync } from 'node:fs';
import type { Server } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { TIME_BUDGET } from '../../../domain/lifecycle/time-budget';
import { closeByKernel } from './close-by-kernel';
import { clusterSchedulingOf, primaryHasHeard } from './cluster-worker';
import type { EmptyingBounds } from './empty-accept-queue';
import { linuxListenKernel } from './linux-listen-kernel';
import type { KernelAccess } from './listen-kernel';
import type { Listener, ListenerCloseReport } from './listener';
import { closeSocketOnly } from './node-internals';
import { sharedBecause } from './shared-socket';

/** How to close. `kernel` is for tests and for platforms of one's own; the default is Linux through koffi. */
export interface CloseOptions extends EmptyingBounds {
  readonly kernel?: KernelAccess;
  /** Closes the listening socket, and leaves the connections alone. Default: as net.Server does. */
  readonly closeSocket?: () => void;
}

const closing = new WeakMap<Listener, Promise<ListenerCloseReport>>();

/**
 * Stops taking new connections without losing one that the kernel has already completed: each is accepted, and the
 * server's `connection` event sees it, before the port is released. Established connections are left alone, and the
 * port can be bound again at once. Resolves when the descriptor is closed; never rejects.
 * Single-flight: a second call gets the first one's promise.
 */
export function closeListener(server: Server, listener: Listener, options: CloseOptions = {}) {
  const report = closing.get(listener) ?? close(server, listener, options);
  closing.set(listener, report);
  return report;
}

async function close(
  server: Server,
  listener: Listener,
  options: CloseOptions,
): Promise<ListenerCloseReport> {
  const began = performance.now();
  let accepted = 0;
  const count = () => {
    accepted += 1;
  };
  server.on('connection', count);
  const how = await emptyAndClose(server, listener, options, () => accepted);
  server.off('connection', count);
  return { ...how, accepted, tookMs: performance.now() - began };
}

async function emptyAndClose(
  server: Server,
  { address, target }: Listener,
  options: CloseOptions,
  accepted: () => number,
): Promise<Omit<ListenerCloseReport, 'accepted' | 'tookMs'>> {
  const closeSocket = () => {
    options.closeSocket?.();
    if (server.listening) closeSocketOnly(server);
  };
  if (target.kind === 'inherited') {
    // The queue belongs to the socket, which lives on: whoever owns it next accepts what waits there.
    closeSocket();
    return { method: 'inherited' };
  }
  const acceptAndClose = async (closeNow = closeSocket) => {
    // Under a flood it never gets quiet: closing late loses no less than closing now.
    const { quietMs } = TIME_BUDGET;
    await acceptUntilQuiet(accepted, Math.min(quietMs, options.acceptTimeoutMs ?? quietMs));
    closeNow();
  };
  const shared = sharedBecause(server);
  if (shared !== undefined) {
    const scheduling = clusterSchedulingOf(server);
    await acceptAndClose();
    if (scheduling === 'round-robin') await primaryHasHeard(TIME_BUDGET.quietMs);
    return { method: 'shared', reason: shared };
  }
  if (typeof address === 'string') {
    const refusal = whyNotUnlinked(address);
    await acceptAndClose(() => keepingPath(address, closeSocket));
    return refusal === undefined ? { method: 'unlinked' } : { method: 'accept-until-quiet', reason: refusal };
  }
  const access = options.kernel ?? linuxListenKernel();
  try {
    if ('kernel' in access)
      return await closeByKernel(access.kernel, server, { address, target }, options, closeSocket);
    throw new Error(access.unavailable);
  } catch (error) {
    await acceptAndClose();
    return { method: 'accept-until-quiet', reason: error instanceof Error ? error.message : String(error) };
  }
}

/** Whoever connects from now on finds nobody, and nobody has to be reset. */
function whyNotUnlinked(path: string): string | undefined {
  try {
    unlinkSync(path);
    return undefined;
  } catch (error) {
    // An abstract one has no path, on Windows it is a pipe, and a relative one may have been left by chdir.
    return `its path could not be removed: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** libuv takes the path away as it closes, and by then it may be a successor's (uv__pipe_close). */
function keepingPath(path: string, close: () => void): void {
  const aside = `${path}.${process.pid}`;
  const isAside = renamed(path, aside);
  close();
  if (isAside) renamed(aside, path);
}

function renamed(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch {
    // It is not there; or it is another user's, in a folder that lets nobody else touch it, libuv included.
    return false;
  }
}

/** libuv accepts one connection a loop turn, so that many empty turns in a row mean an empty queue. */
const QUIET_TURNS = 20;

/**
 * The best that can be done without the kernel's help: turn the loop until no connection comes any more.
 * A connection that is made between the last turn and the close is reset by the kernel, and under a flood that
 * happens at nearly every close.
 */
async function acceptUntilQuiet(accepted: () => number, boundMs: number): Promise<void> {
  const stopAt = performance.now() + boundMs;
  let before = accepted();
  for (let quiet = 0; quiet < QUIET_TURNS && performance.now() < stopAt; ) {
    await nextTurn();
    quiet = accepted() === before ? quiet + 1 : 0;
    before = accepted();
  }
}
