import type { RequestRule } from './rule';

/** Requests that their clients left unfinished on purpose. */
export const HALF_REQUEST: readonly RequestRule[] = [
  {
    id: 'half-request-executed',
    title: 'A request was carried out that had not been received whole',
    explanation:
      'The client never sent all of its request, and yet its effect is there. When the connection ended, the server took what it had for the whole.',
    advice:
      'Do nothing before the whole body is there: its full `Content-Length`, or the last chunk (RFC 9112, 8). The end of the connection is not the end of a request.',
    when: 'the client withheld the rest of the request, and there is an effect',
    matches: ({ request: { seen, effects } }) =>
      seen.withheld && seen.allBytesAt === null && (effects ?? 0) > 0,
  },
];
