import { describeWith, itUnless } from '../support/optional-suite';
import { withoutReusePort } from '../support/platform';
import { behindBalancer } from './behind-balancer';
import type { Scenario } from './deployment';
import { reusePort, socketActivation, stopAndStart } from './one-machine';
import { LASTCALL, NAIVE } from './plan';
import { failed, isFaultless, runScenario } from './run';

jest.setTimeout(120_000);

const run = (scenario: Scenario, rounds: number, server = LASTCALL(process.execPath)) =>
  runScenario({ scenario, server, rounds, clients: 8 });

describe.each(['haproxy', 'nginx'] as const)('behind %s, as deploy/ configures it', (balancer) => {
  describeWith(balancer, balancer, () => {
    it('restarts three replicas in turn without a failed request, a missing row or a second one', async () => {
      const result = await run(behindBalancer(balancer), 1);
      expect(result).toMatchObject({ restarts: 3, failures: {}, unexplained: 0, badExits: 0 });
      expect(isFaultless(result)).toBe(true);
    });
  });
});

describe('on one machine without a balancer', () => {
  it('refuses and loses nothing where the listening socket outlives the process', async () => {
    const result = await run(socketActivation, 2);
    expect(result).toMatchObject({ restarts: 2, failures: {}, unexplained: 0, badExits: 0 });
  });

  const twins = itUnless(withoutReusePort());
  twins('refuses and loses nothing with SO_REUSEPORT', async () => {
    const result = await run(reusePort, 2);
    expect(result).toMatchObject({ restarts: 2, failures: {}, unexplained: 0, badExits: 0 });
  });

  it('sees what fails: a stop before the start refuses, with server.close() as with ours, and ours loses nothing', async () => {
    const [ours, naive] = [await run(stopAndStart, 1), await run(stopAndStart, 1, NAIVE(process.execPath))];
    expect(ours.counts.refused).toBeGreaterThan(0);
    expect(failed(ours)).toBe(ours.counts.refused);
    expect(failed(naive)).toBeGreaterThan(0);
  });
});
