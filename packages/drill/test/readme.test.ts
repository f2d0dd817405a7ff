import { readFileSync } from 'node:fs';
import path from 'node:path';
import { MODES } from '../src/modes';
import { FATE_LOOKS } from '../src/report/fate-look';

const readme = readFileSync(path.join(__dirname, '../README.md'), 'utf8');

test('its README has every mode and every fate', () => {
  const modes = MODES.map(({ name }) => name).filter((name) => !readme.includes(`\`${name}\``));
  const fates = Object.values(FATE_LOOKS).map(({ label }) => label);
  expect([modes, fates.filter((label) => !new RegExp(`\\| \\**${label}\\** \\|`).test(readme))]).toEqual([
    [],
    [],
  ]);
});
