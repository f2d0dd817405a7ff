import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { PROJECT } from '../../support/service-process';
import { run } from './npm';

const TSC = path.join(PROJECT, 'node_modules/typescript/bin/tsc');

/** What tsc has to say of a file in the folder, JavaScript too: nothing, if all is well. */
export async function complaintsOfTypes(
  folder: string,
  file: string,
  { skipLibCheck = false } = {},
): Promise<string> {
  const compilerOptions = {
    target: 'es2023',
    module: 'nodenext',
    strict: true,
    noEmit: true,
    allowJs: true,
    checkJs: true,
    skipLibCheck,
    types: ['node'],
    typeRoots: [path.join(PROJECT, 'node_modules/@types')],
  };
  const config = `${file}.tsconfig.json`;
  writeFileSync(path.join(folder, config), JSON.stringify({ compilerOptions, files: [file] }));
  return (await run(folder, TSC, '-p', config)).output;
}
