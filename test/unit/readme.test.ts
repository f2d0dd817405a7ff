import { readFileSync } from 'node:fs';
import path from 'node:path';
import { GENERATED } from '../../scripts/generated-docs';
import { roomsOf } from '../../scripts/rooms';
import { API_INFO } from '../../src/bootstrap/api-info';

const read = (file: string) => readFileSync(path.resolve(__dirname, '../..', file), 'utf8');
const readme = read('README.md');

/** What stands between the two marks of that name. */
function block(file: string, name: string): string | undefined {
  return new RegExp(`<!-- ${name}:begin -->\\n([\\s\\S]*?)\\n<!-- ${name}:end -->`).exec(read(file))?.[1];
}

it.each(Object.entries(GENERATED))('%s holds what `npm run docs` writes there', (place, text) => {
  const [file = '', name = ''] = place.split('#');
  expect(block(file, name)).toBe(text());
});

it('has no room that holds more than a quarter of the source', () => {
  const shares = [...roomsOf('src').matchAll(/^(\S+) +(\d+) %/gm)].map(([, room = '', share]) => [
    room,
    Number(share),
  ]);
  expect(shares.length).toBeGreaterThan(20);
  expect(shares.filter(([, share]) => Number(share) > 25)).toEqual([]);
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
  expect(API_INFO.version).toBe(version);
  const places = [
    'deploy/ecs/task-definition.json',
    'deploy/kubernetes/kustomization.yaml',
    'docs/operations.md',
  ];
  const named = places.flatMap((file) => [...read(file).matchAll(/(?:lastcall:|newTag: )(\d+\.\d+\.\d+)/g)]);
  expect(named.length).toBeGreaterThanOrEqual(places.length);
  expect(named.map(([, tag]) => tag)).toEqual(named.map(() => version));
});
