import { IllegalTransition } from '../../../../src/domain/lifecycle/errors';
import { Lifecycle, type Phase } from '../../../../src/domain/lifecycle/lifecycle';

const PHASES: Phase[] = ['starting', 'ready', 'draining', 'stopped'];
const WAYS: Record<Phase, Phase[]> = {
  starting: [],
  ready: ['ready'],
  draining: ['draining'],
  stopped: ['draining', 'stopped'],
};
const LEGAL = ['starting>ready', 'starting>draining', 'ready>draining', 'draining>stopped'];

function at(phase: Phase): Lifecycle {
  const lifecycle = new Lifecycle();
  for (const next of WAYS[phase]) lifecycle.moveTo(next);
  return lifecycle;
}

it.each(PHASES.flatMap((from) => PHASES.map((to) => [from, to] as const)))(
  'from %s to %s: as listed',
  (from, to) => {
    const lifecycle = at(from);
    if (LEGAL.includes(`${from}>${to}`)) {
      lifecycle.moveTo(to);
      expect(lifecycle.phase).toBe(to);
    } else {
      expect(() => lifecycle.moveTo(to)).toThrow(IllegalTransition);
      expect(lifecycle.phase).toBe(from);
    }
  },
);

it('is shutting down from the instant the drain has begun, for ever', () => {
  expect(PHASES.map((phase) => at(phase).shuttingDown)).toEqual([false, false, true, true]);
});

it('tells its observers of each move before the move returns, and of no other', () => {
  const lifecycle = new Lifecycle();
  const seen: string[] = [];
  lifecycle.onMove((phase) => seen.push(`${phase} ${lifecycle.shuttingDown}`));
  lifecycle.moveTo('ready');
  expect(() => lifecycle.moveTo('starting')).toThrow();
  lifecycle.moveTo('draining');
  expect(seen).toEqual(['ready false', 'draining true']);
});
