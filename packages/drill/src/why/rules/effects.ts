import type { RequestFacts } from '../facts';
import { clip, inWords } from '../in-words';
import type { TrialView } from '../trial-view';
import type { Finding, TrialRule } from './rule';

/** Effects that no request explains. */
export const EFFECTS: readonly TrialRule[] = [
  {
    id: 'doubled-effect',
    of: 'effects',
    title: 'Requests took effect more than once',
    explanation:
      'A request that was sent once left more than one effect: somebody on the server’s side carried it out again.',
    advice:
      'Look for a retry behind the client’s back: of a statement whose answer was lost, of a job that another worker took over, of a proxy. Tie the effect to the request’s own key by a unique constraint, so that a second attempt changes nothing.',
    when: 'more effects than one carry the id of a request',
    find: (trial) => {
      const doubled = requestsOf(trial, (request) => request !== undefined);
      return found(doubled, ({ id, request }) =>
        request === undefined ? clip(id) : `${clip(id)}, ${inWords(trial.faultOf(request), trial)}`,
      );
    },
  },
  {
    id: 'unexplained-effect',
    of: 'effects',
    title: 'Effects that nobody asked for',
    explanation: 'Effects carry ids that no client of this trial has sent.',
    advice:
      'Look for somebody else who writes to the same place: another trial or program, a seed, a job left over from an earlier run. Or the id was changed on its way.',
    when: 'effects carry an id that was never sent',
    find: (trial) =>
      found(
        requestsOf(trial, (request) => request === undefined),
        ({ id }) => `${clip(id)}: nobody sent it`,
      ),
  },
];

interface Extra {
  readonly id: string;
  readonly request: RequestFacts | undefined;
}

function requestsOf({ facts }: TrialView, wanted: (request: RequestFacts | undefined) => boolean): Extra[] {
  const byId = new Map(facts.requests.map((request) => [request.seen.id, request]));
  byId.delete('');
  return facts.unexplained
    .map((id) => ({ id, request: byId.get(id) }))
    .filter((extra) => wanted(extra.request));
}

function found(extras: readonly Extra[], words: (extra: Extra) => string): Finding | null {
  return extras.length === 0 ? null : { count: extras.length, evidence: [...new Set(extras.map(words))] };
}
