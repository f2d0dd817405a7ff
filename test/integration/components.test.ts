import { components } from '../../src/bootstrap/components';
import { readConfig } from '../../src/bootstrap/config';
import { componentContract } from '../contract/component.contract';

/** These need a database, and are held to the contract in database.test.ts and schema.test.ts. */
const NEED_A_DATABASE = ['postgres-pool', 'postgres-schema'];

const build = () =>
  components(
    readConfig({
      DATABASE_URL: 'postgres://127.0.0.1:1/none',
      HOST: '127.0.0.1',
      PORT: '0',
      METRICS_PORT: '0',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1',
      LOG_LEVEL: 'silent',
    }),
  ).graph().components;

const names = build().map(({ name }) => name);

it('has the parts without which there is no service', () => {
  expect(names).toEqual(expect.arrayContaining(['http-server', 'job-writer', 'log', ...NEED_A_DATABASE]));
});

describe.each(names.filter((name) => !NEED_A_DATABASE.includes(name)))('%s as Component', (name) => {
  componentContract(() => {
    const component = build().find((each) => each.name === name);
    if (!component) throw new Error(`${name} is not wired`);
    return component;
  });
});
