import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { JSON_SCHEMAS } from '../packages/drill/scripts/json-schemas';
import { GENERATED } from './generated-docs';

for (const [place, text] of Object.entries(GENERATED)) {
  const [file = '', name = ''] = place.split('#');
  const full = path.resolve(__dirname, '..', file);
  const before = readFileSync(full, 'utf8');
  const [begin, end] = [`<!-- ${name}:begin -->\n`, `\n<!-- ${name}:end -->`];
  const [from, to] = [before.indexOf(begin), before.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${file} has no place for ${name}`);
  writeFileSync(full, before.slice(0, from + begin.length) + text() + before.slice(to));
}

for (const [file, text] of Object.entries(JSON_SCHEMAS))
  writeFileSync(path.resolve(__dirname, '..', file), text());
