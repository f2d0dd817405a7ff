import type { RequestRule } from './rule';

/** Readiness probes that were answered, and wrongly. */
export const PROBES: readonly RequestRule[] = [
  {
    id: 'stale-readiness',
    title: 'The readiness probe went on saying yes',
    explanation:
      'A probe was answered with a success when others had already seen that the server was stopping. A balancer that reads it goes on sending new clients to an instance which takes no more of them.',
    advice:
      'Let the readiness probe answer 503 from the instant of the signal, before anything else is done. Node: lastcall-drain aborts `server.draining` at that instant. Spring Boot: the readiness group of the actuator follows the shutdown by itself.',
    when: 'a probe was answered with a success after the signal, and that was wrong',
    matches: ({ request: { seen } }, { facts }) =>
      seen.kind === 'probe' && isSuccess(seen.status) && (seen.answeredAt ?? 0) >= facts.signalledAt,
  },
  {
    id: 'unready-before-signal',
    title: 'The readiness probe said no before the signal',
    explanation:
      'A probe got 503 from a server that nobody had asked to stop. That is not the stop: under this load it says it cannot serve.',
    advice:
      'Look at what the probe asks for: a readiness probe that waits for a busy pool takes the instance out of the balancer just when it is needed.',
    when: 'a probe was answered 503 before the signal',
    matches: ({ request: { seen } }, { facts }) =>
      seen.kind === 'probe' && seen.status === 503 && (seen.answeredAt ?? 0) < facts.signalledAt,
  },
  {
    id: 'probe-error',
    title: 'The readiness probe got an error',
    explanation: 'A probe was answered with a status that says neither ready nor stopping.',
    advice:
      'Answer the probe with 200 or 503 and nothing else, and let it touch nothing that the stop ends first.',
    when: 'a probe was answered in any other way',
    matches: ({ request: { seen } }) => seen.kind === 'probe' && seen.answeredAt !== null,
  },
];

function isSuccess(status: number | null): boolean {
  return status !== null && status >= 200 && status < 300;
}
