import { suggestion } from '../scenario/near';
import { blocked } from './blocked';
import { eventStream } from './event-stream';
import { h2 } from './h2';
import { halfHeads } from './half-head';
import { health } from './health';
import { keptAlive, randomGaps } from './kept-alive';
import type { Mode } from './mode';
import { oneShot } from './one-shot';
import { pipelining } from './pipelining';
import { agentClients, fetchClients } from './real-clients';
import { silent } from './silent';
import { slowUpload } from './slow-upload';
import { exitIdle, exitKeptAlive, exitLoaded } from './time-to-exit';
import { webSocket } from './websocket';
import { wrapped } from './wrapped';

/** Every mode, in the order in which they run. */
export const MODES: readonly Mode[] = [
  keptAlive,
  randomGaps,
  oneShot,
  slowUpload,
  halfHeads,
  silent,
  pipelining,
  blocked,
  health,
  fetchClients,
  agentClients,
  wrapped,
  eventStream,
  webSocket,
  h2,
  exitIdle,
  exitKeptAlive,
  exitLoaded,
];

/** For messages: the modes that exist. */
export const MODE_NAMES = MODES.map(({ name }) => name);

/** `load`: the three that most servers meet. */
const LOAD_MODES: readonly Mode[] = [keptAlive, randomGaps, oneShot];

/** Those of which a user has said something: they belong to `load` then. */
export const WORDED_MODES: readonly Mode[] = [eventStream, webSocket, h2];

/** The modes that measure the time to exit run the yardstick beside the server. */
export function isTimed(mode: Mode): boolean {
  return mode === exitIdle || mode === exitKeptAlive || mode === exitLoaded;
}

/**
 * `all`, `load`, or names, separated by commas; each mode once.
 * @param worded what belongs to `load` beside the three
 * @throws Error naming those that do not exist
 */
export function modesNamed(names: string, worded: readonly Mode[] = []): readonly Mode[] {
  const unknown: string[] = [];
  const modes = names.split(',').flatMap((part) => {
    const name = part.trim();
    if (name === 'all') return MODES;
    if (name === 'load') return [...LOAD_MODES, ...worded];
    const mode = MODES.find((candidate) => candidate.name === name);
    if (mode === undefined) unknown.push(name);
    return mode ?? [];
  });
  const known = ['all', 'load', ...MODE_NAMES];
  if (unknown.length > 0)
    throw new Error(unknown.map((name) => `no mode ${name}; ${suggestion(known, name)}`).join('\n'));
  return [...new Set(modes)];
}
