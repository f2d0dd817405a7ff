import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parser } from '@prometheus-io/lezer-promql';
import { parse } from 'yaml';
import { components } from '../../src/bootstrap/components';
import { readConfig } from '../../src/bootstrap/config';
import { TOKENS } from '../../src/bootstrap/tokens';
import { DEPLOY } from './support/deploy-folder';

interface Dashboard {
  readonly panels: readonly {
    readonly title: string;
    readonly targets?: readonly { readonly expr: string }[];
  }[];
  readonly templating: { readonly list: readonly { readonly definition?: string }[] };
  readonly annotations: { readonly list: readonly { readonly expr: string }[] };
}
interface Rules {
  readonly groups: readonly {
    readonly rules: readonly { readonly alert: string; readonly expr: string }[];
  }[];
}

const dashboard = JSON.parse(readFileSync(path.join(DEPLOY, 'grafana/lastcall.json'), 'utf8')) as Dashboard;
const rules = parse(readFileSync(path.join(DEPLOY, 'prometheus/alerts.yaml'), 'utf8')) as Rules;

const queries: [string, string][] = [
  ...dashboard.panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr }): [string, string] => [title, expr]),
  ),
  ...dashboard.annotations.list.map(({ expr }): [string, string] => ['annotation', expr]),
  ...rules.groups.flatMap((group) => group.rules.map(({ alert, expr }): [string, string] => [alert, expr])),
];

/** The metrics that a query names. Throws where it is not PromQL. */
function metricsIn(query: string): string[] {
  const promql = query.replaceAll('$__rate_interval', '5m');
  const names: string[] = [];
  parser.parse(promql).iterate({
    enter(node) {
      const text = promql.slice(node.from, node.to);
      if (node.type.isError) throw new Error(`not PromQL at ${node.from}: ${promql}`);
      if (node.name === 'Identifier' && node.node.parent?.name === 'VectorSelector') names.push(text);
    },
  });
  return names;
}

/** The names of a page's series, and of its families. */
async function exposed(): Promise<Set<string>> {
  const metrics = components(readConfig({ DATABASE_URL: 'memory:', LOG_LEVEL: 'silent' })).get(
    TOKENS.metrics,
  );
  metrics.requests.began('GET');
  metrics.requests.ended({ method: 'GET', route: '/health', status: 200, tookMs: 1 });
  const { text } = await metrics.render();
  const lines = text.split('\n').filter((line) => line !== '');
  return new Set(lines.map((line) => line.match(/^(?:# TYPE )?([a-z_:][\w:]*)/i)?.[1] ?? ''));
}

/** Prometheus adds it to each scrape. */
const PROMETHEUS_OWN = ['up'];

describe('the dashboard and the alert rules', () => {
  it('are read by a check that knows PromQL, and metrics from functions and labels', () => {
    expect(metricsIn('sum by (a) (rate(b{c="d"}[$__rate_interval])) / e')).toEqual(['b', 'e']);
    expect(() => metricsIn('sum by (')).toThrow('not PromQL');
  });

  it('ask for metrics that exist', async () => {
    const known = new Set([...(await exposed()), ...PROMETHEUS_OWN]);
    const asked = queries.flatMap(([title, query]) => {
      return metricsIn(query).map((metric) => ({ title, metric, known: known.has(metric) }));
    });
    expect(asked.length).toBeGreaterThanOrEqual(queries.length);
    expect(asked.filter((query) => !query.known)).toEqual([]);
    for (const { definition } of dashboard.templating.list) {
      const metric = definition?.match(/^label_values\((\w+)/)?.[1];
      if (metric) expect(known).toContain(metric);
    }
  });

  it('leave none of our own metrics out', async () => {
    const asked = new Set(queries.flatMap(([, query]) => metricsIn(query)));
    const own = [...(await exposed())].filter((name) => /^(lastcall|http_server)_/.test(name));
    const families = new Set(own.map((name) => name.replace(/_(bucket|sum|count)$/, '')));
    const unused = [...families].filter((family) => {
      return ![family, `${family}_bucket`, `${family}_sum`, `${family}_count`].some((name) =>
        asked.has(name),
      );
    });
    expect(unused).toEqual([]);
  });
});
