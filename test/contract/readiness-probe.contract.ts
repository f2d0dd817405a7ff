import type { ReadinessProbe } from '../../src/adapters/koa/observing/health-routes';

/** The contract of the port ReadinessProbe. `cut` makes what it asks unreachable. */
export function readinessProbeContract(
  build: () => Promise<{ probe: ReadinessProbe; cut: () => Promise<void> }>,
): void {
  it('resolves, again and again, while it is answered', async () => {
    const { probe } = await build();
    await probe.check();
    await Promise.all(Array.from({ length: 50 }, () => probe.check()));
  });

  it('rejects within its bound once it is not', async () => {
    const { probe, cut } = await build();
    await cut();
    await expect(probe.check()).rejects.toThrow();
  }, 10_000);
}
