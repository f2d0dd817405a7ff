import { blocked } from './blocked';
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
  exitIdle,
  exitKeptAlive,
  exitLoaded,
];

/** The three under which the peers are compared. */
export const LOAD_MODES: readonly Mode[] = [keptAlive, randomGaps, oneShot];

/** The modes that measure the time to exit run the yardstick beside the server. */
export function isTimed(mode: Mode): boolean {
  return mode === exitIdle || mode === exitKeptAlive || mode === exitLoaded;
}

/** `all`, `load`, or names, separated by commas. Throws naming the one that does not exist. */
export function modesNamed(names: string): readonly Mode[] {
  return names.split(',').flatMap((part) => {
    const name = part.trim();
    if (name === 'all') return MODES;
    if (name === 'load') return LOAD_MODES;
    const mode = MODES.find((candidate) => candidate.name === name);
    if (mode === undefined)
      throw new Error(`no mode ${name}: all, load, ${MODES.map((m) => m.name).join(', ')}`);
    return [mode];
  });
}
