import type { Fate } from '../accounting/fate';

export interface FateLook {
  readonly label: string;
  readonly colour: string;
  readonly meaning: string;
}

/** How each fate is shown: calm colours for what is right, loud ones for what must not be. */
export const FATE_LOOKS: Record<Fate, FateLook> = {
  acknowledged: {
    label: 'acknowledged',
    colour: '#3a9d78',
    meaning: 'answered as expected, and its effect is there',
  },
  arrived: {
    label: 'arrived',
    colour: '#62b58f',
    meaning: 'a message without an acknowledgement; its effect is there',
  },
  answered: {
    label: 'probe answered',
    colour: '#4f86c6',
    meaning: 'a probe (pale is ready, dark is 503), or a stream that was ended as it should be',
  },
  rejected: {
    label: '503 / 4xx',
    colour: '#dba233',
    meaning: 'told plainly that nothing was done; no effect',
  },
  refused: { label: 'refused', colour: '#98a2ae', meaning: 'not a byte was sent; no effect' },
  withheld: {
    label: 'withheld',
    colour: '#a58fc9',
    meaning: 'never completed by the client, on purpose; no effect',
  },
  unknown: {
    label: 'EFFECT UNKNOWN',
    colour: '#c2410c',
    meaning: 'bytes were written, no complete answer came; nobody looked for its effect',
  },
  lost: {
    label: 'LOST',
    colour: '#d7263d',
    meaning: 'bytes were written, no complete answer came; no effect',
  },
  phantom: {
    label: 'PHANTOM',
    colour: '#b5179e',
    meaning: 'its effect is there, but the client saw a failure',
  },
  missing: {
    label: 'MISSING',
    colour: '#4a0d3a',
    meaning: 'answered with the expected status, but no effect',
  },
  failed: { label: 'FAILED', colour: '#f3722c', meaning: 'answered with an error, or wrongly' },
};
