import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createTestDatabase, type TestDatabase } from '../support/postgres';
import { type LogLine, PROJECT, ServiceProcess } from '../support/service-process';

const PAGE = readFileSync(path.join(PROJECT, 'docs/logs.md'), 'utf8');
/** Whatever stands in backticks, outside of the blocks of code. */
const NAMED = new Set(
  [...PAGE.replaceAll(/```[\s\S]*?```/g, '').matchAll(/`([^`]+)`/g)].map(([, name]) => name ?? ''),
);

describe('the page about the log', () => {
  let database: TestDatabase;
  let lines: readonly LogLine[];

  beforeAll(async () => {
    database = await createTestDatabase();
    const env = { LOG_LEVEL: 'debug', METRICS_PORT: '0' };
    const service = await ServiceProcess.start(database.url, { env });
    await service.post('documented');
    await service.fetch('/health', {
      headers: { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' },
    });
    service.signal();
    expect(await service.exitCode()).toBe(0);
    lines = service.lines;
  });

  afterAll(async () => {
    await ServiceProcess.killAll();
    await database.drop();
  });

  it('names every field of every line of a run', () => {
    const report = lines.at(-1) as unknown as { components: object[] };
    const fields = new Set([...lines, ...report.components].flatMap((line) => Object.keys(line)));
    expect(fields.size).toBeGreaterThan(20);
    expect([...fields].filter((field) => !NAMED.has(field))).toEqual([]);
  });

  it('names every event, and every message that is a constant', () => {
    const events = new Set(lines.flatMap(({ event, msg }) => (event ? [String(event)] : [msg])));
    expect([...events].filter((event) => !NAMED.has(event))).toEqual([]);
  });
});
