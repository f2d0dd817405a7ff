import type { Fate } from '../accounting/fate';

export interface FateLook {
  readonly label: string;
  readonly colour: string;
  readonly meaning: string;
}

/** How each fate is shown: calm colours for what is right, loud ones for what must not be. */
export const FATE_LOOKS: Record<Fate, FateLook> = {
  acknowledged: { label: 'acknowledged', colour: '#3a9d78', meaning: '201, and its row is there' },
  answered: { label: 'probe answered', colour: '#4f86c6', meaning: '/health: pale is 200, dark is 503' },
  rejected: { label: '503 / 4xx', colour: '#dba233', meaning: 'told plainly that nothing was done; no row' },
  refused: { label: 'refused', colour: '#98a2ae', meaning: 'not a byte was sent; no row' },
  withheld: {
    label: 'withheld',
    colour: '#a58fc9',
    meaning: 'never completed by the client, on purpose; no row',
  },
  lost: { label: 'LOST', colour: '#d7263d', meaning: 'bytes were written, no complete answer came; no row' },
  phantom: { label: 'PHANTOM', colour: '#b5179e', meaning: 'a row, but the client saw a failure' },
  missing: { label: 'MISSING', colour: '#4a0d3a', meaning: '201, but no row' },
  failed: { label: 'FAILED', colour: '#f3722c', meaning: 'answered with an error, or wrongly' },
};
