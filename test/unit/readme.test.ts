import { readFileSync } from 'node:fs';
import path from 'node:path';
import { openApiDocument } from '../../src/adapters/koa/docs/openapi-document';
import { components } from '../../src/bootstrap/components';
import { readConfig } from '../../src/bootstrap/config';
import { describeWiring } from '../../src/bootstrap/wiring';

const read = (file: string) => readFileSync(path.resolve(__dirname, '../..', file), 'utf8');
const readme = read('README.md');

/** Name and default of each variable, as config.ts spells them. */
function defaults(): Map<string, string> {
  const spec = /^ {6}([A-Z_]+): .*\bdefault: (.+?) \}\),$/gm;
  const plain = (value: string) => value.replace(/(?<=\d)_(?=\d)/g, '').replace(/^'(.*)'$/, '$1');
  return new Map(
    [...read('src/bootstrap/config.ts').matchAll(spec)].map(([, name = '', value = '']) => [
      name,
      plain(value),
    ]),
  );
}

/** Name and default of each row of the README's configuration table. */
function documented(): Map<string, string> {
  const row = /^\| `([A-Z_]+)` \| ([^|]+?) \|/gm;
  return new Map([...readme.matchAll(row)].map(([, name = '', value = '']) => [name, value]));
}

it('lists in the README every variable of the configuration, and no other', () => {
  expect(defaults().size).toBeGreaterThan(10);
  expect([...documented().keys()].sort()).toEqual([...defaults().keys()].sort());
});

it('gives the defaults in the README that the code has', () => {
  for (const [name, value] of defaults()) {
    const said = documented().get(name) ?? '';
    // What has no default is described in words.
    if (value === 'undefined') expect([name, said]).toEqual([name, expect.stringMatching(/^(none|all)\b/)]);
    else expect([name, said]).toEqual([name, value]);
  }
});

it('shows in the README what `npm run wiring` prints', () => {
  const block = /<!-- wiring:begin -->\n+```\w*\n([\s\S]*?)\n```\n+<!-- wiring:end -->/.exec(readme);
  expect(block?.[1]).toBe(describeWiring(components(readConfig({}))));
});

it('says what the exit code means in one and the same sentence: in the code, the README and on the operations page', () => {
  const sentence =
    'Exit code 0: every request that was taken in was answered, and nothing that was acknowledged is missing; ' +
    '1: something failed or was forced, and the last line of the log says what.';
  for (const file of ['src/bootstrap/run.ts', 'README.md', 'docs/operations.md']) {
    const text = read(file).replace(/\s*\n[ *]*/g, ' ');
    expect([file, text.split(sentence).length - 1]).toEqual([file, 1]);
  }
});

it('names in the README the two commands that a newcomer needs', () => {
  expect(readme).toContain('npm ci && npm start');
  expect(readme).toContain('npm ci && npm test');
});

it('names in the README only scripts that package.json has', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  const named = [...readme.matchAll(/npm run ([a-z][a-z:-]*)/g)].map(([, name = '']) => name);
  expect(named.filter((name) => !(name in scripts))).toEqual([]);
});

it('has one version: in package.json, in the OpenAPI document, and where an image is named', () => {
  const { version } = JSON.parse(read('package.json')) as { version: string };
  expect(openApiDocument({ metrics: true })).toMatchObject({ info: { version } });
  const places = [
    'deploy/ecs/task-definition.json',
    'deploy/kubernetes/kustomization.yaml',
    'docs/operations.md',
  ];
  const named = places.flatMap((file) => [...read(file).matchAll(/(?:lastcall:|newTag: )(\d+\.\d+\.\d+)/g)]);
  expect(named.length).toBeGreaterThanOrEqual(places.length);
  expect(named.map(([, tag]) => tag)).toEqual(named.map(() => version));
});
