import { type IdleMeasurement, idleReport } from './idle-report';

const ours = { name: 'ours', label: 'ours', kind: 'ours' } as const;
const bare = { name: 'bare', label: 'bare', kind: 'peer' } as const;

const measured = (target: string, connections: number, kib: number, exitMs: number): IdleMeasurement => ({
  target,
  connections,
  kib,
  exitMs,
});

test('shows memory by connection, its slope, and the ratios at 10,000', () => {
  const report = idleReport(
    [
      measured('ours', 1000, 20_000, 50),
      measured('bare', 1000, 10_000, 50),
      measured('ours', 10_000, 110_000, 130),
      measured('bare', 10_000, 100_000, 100),
    ],
    { ours, bare, subjects: [ours, bare] },
  );
  expect(report).toContain('| 10,000 | ours | 11.0 (11.0–11.0) | 130 (130–130) |');
  expect(report).toContain('| ours | 10.0 (10.0–10.0) |');
  expect(report).toContain('| memory at 10,000: ≤ 1.2 × node:http | 1.10 (1.10–1.10), bare | yes |');
  expect(report).toContain('| signal to exit at 10,000: ≤ 1.2 × node:http | 1.30 (1.30–1.30), bare | NO |');
});
