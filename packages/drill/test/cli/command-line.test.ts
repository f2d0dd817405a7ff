import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readCommandLine } from '../../src/cli/command-line';

let folder: string;
let file: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'drill-words-'));
  file = path.join(folder, 'drill.yaml');
  const words = {
    command: 'node ours.js',
    yardstick: 'node bare.js',
    postgres: true,
    effectsSql: 'select name from jobs',
    resetSql: 'truncate jobs',
    trials: 20,
  };
  writeFileSync(file, JSON.stringify(words));
});
afterAll(() => rmSync(folder, { recursive: true }));

const read = (...argv: string[]) => readCommandLine(['--config', file, ...argv], '1.2.3');

test('the command line goes before the file', () => {
  expect(read('--trials', '5')).toMatchObject({
    command: 'node ours.js',
    trials: 5,
    effectsSql: expect.any(String),
  });
});

test('another server, or another place of effects, comes without what the file said of its own', () => {
  expect(read('--', 'node', 'theirs.js')).toEqual({
    command: ['node', 'theirs.js'],
    postgres: true,
    effectsSql: 'select name from jobs',
    resetSql: 'truncate jobs',
    trials: 20,
  });
  expect(read('--effects', 'cat orders')).toMatchObject({ command: 'node ours.js', effects: 'cat orders' });
  expect(read('--effects', 'cat orders')).not.toHaveProperty('resetSql');
});

test('a signal may be called as kill(1) calls it', () => {
  expect(read('--signal', 'quit', '--exit', '0,TERM')).toMatchObject({
    signal: 'SIGQUIT',
    exit: [0, 'SIGTERM'],
  });
});
