import { rmSync } from 'node:fs';
import path from 'node:path';
import { itUnless, withoutTool } from '../../../test/support/optional-suite';
import { ENTRIES, newFolder, scenarioFor } from '../gallery/entries';
import { isFaultless } from '../src/report/verdict';
import { faultCount } from '../src/run/mode-result';
import { runScenario } from '../src/run-scenario';
import { scenarioOf } from '../src/scenario/scenario';

const folder = newFolder();
// Servers with workers may still be writing when they are killed.
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

for (const [number, entry] of ENTRIES.entries()) {
  const obstacle = entry.tools.map(withoutTool).find((missing) => missing !== undefined);
  itUnless(obstacle)(
    `the drill on ${entry.name} (${entry.language}) accounts for every request, and says why it is lost`,
    async () => {
      const words = scenarioFor(entry, path.join(folder, String(number)));
      const load = { mode: 'kept-alive,one-shot', trials: 1, clients: 4, clientsStop: 300, grace: 5000 };
      const results = await runScenario(scenarioOf({ ...words, ...load }));
      for (const result of results) {
        expect(result.counts.acknowledged).toBeGreaterThan(0);
        // What it does wrong, it does to requests: none of these servers makes up an effect, or forgets one.
        expect([result.counts.missing, result.unexplained]).toEqual([0, 0]);
        // Static servers have no effects, and nobody claims to know of any.
        const blind = entry.effects === 'none' ? result.counts.lost : result.counts.unknown;
        expect(blind).toBe(0);
        const told = result.causes
          .filter(({ of }) => of === 'requests')
          .reduce((sum, { count }) => sum + count, 0);
        expect(told).toBe(faultCount(result));
      }
      if (entry.losesNothing === true) expect(isFaultless(results)).toBe(true);
    },
    60_000,
  );
}
