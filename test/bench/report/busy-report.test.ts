import { type BusyMeasurement, busyReport } from './busy-report';

const measured = (requests: number, drainCpuMs: number, notStored: number): BusyMeasurement => ({
  requests,
  usualCpuMs: 200,
  usualMs: 250,
  kibEach: 20,
  drainCpuMs,
  exitMs: 900,
  notStored,
});

test('shows the drain beside the same answers without one, and what was lost in any round', () => {
  const report = busyReport([measured(1000, 300, 0), measured(4000, 800, 2), measured(4000, 800, 1)]);
  expect(report).toContain(
    '| 1,000 | 20.0 | 200 (200–200) | 300 (300–300) | 1.50 (1.50–1.50) | 300 | 250 | 900 (900–900) | 0 |',
  );
  expect(report).toContain('| 4,000 | 20.0 | 200 (200–200) | 800 (800–800) | 4.00 (4.00–4.00) | 200 |');
  expect(report).toMatch(/\| 3 \|$/);
});
