import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { newFolder, npm, run } from '../../../../test/package/support/npm';
import { PROJECT } from '../../../../test/support/service-process';

const PACKAGE = path.join(PROJECT, 'packages/drill');

interface Locked {
  readonly version?: string;
  readonly resolved?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** Packs the drill, from a copy that is built apart, and returns what npm says of the tarball. */
export async function packDrill(): Promise<{ tarball: string; files: string[]; size: number }> {
  const folder = newFolder();
  for (const name of ['package.json', 'README.md', 'schema', 'action.yml'])
    cpSync(path.join(PACKAGE, name), path.join(folder, name), { recursive: true });
  const built = await run(PROJECT, path.join(PROJECT, 'scripts/build-drill.js'), folder);
  if (built.code !== 0) throw new Error(built.output);
  const said = await npm(folder, 'pack', '--json', '--ignore-scripts');
  const [packed] = JSON.parse(said) as [{ filename: string; size: number; files: { path: string }[] }];
  return {
    tarball: path.join(folder, packed.filename),
    files: packed.files.map((file) => file.path).sort(),
    size: packed.size,
  };
}

/**
 * An empty project with the tarball and what it depends on, in the versions that this project has locked: npm has them in its
 * cache, so that nothing is asked of the registry.
 */
export async function installDrill(tarball: string): Promise<string> {
  const folder = newFolder();
  const lock = JSON.parse(readFileSync(path.join(PROJECT, 'package-lock.json'), 'utf8'));
  const packages = lock.packages as Record<string, Locked>;
  const drill = JSON.parse(readFileSync(path.join(PACKAGE, 'package.json'), 'utf8')) as Locked;
  const wanted: Record<string, Locked> = {};
  const add = (name: string, from: string) => {
    const place = placeOf(packages, name, from);
    if (place === null || place in wanted) return;
    wanted[place] = { ...packages[place], resolved: tarballOf(name, packages[place]?.version) };
    const { dependencies, optionalDependencies } = wanted[place];
    for (const inner of Object.keys({ ...dependencies, ...optionalDependencies })) add(inner, place);
  };
  for (const name of Object.keys(drill.dependencies ?? {})) add(name, '');
  const dependencies = { 'lastcall-drill': `file:${tarball}` };
  const root = { name: 'empty', private: true, dependencies };
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify(root));
  writeFileSync(
    path.join(folder, 'package-lock.json'),
    JSON.stringify({
      lockfileVersion: 3,
      packages: {
        '': root,
        'node_modules/lastcall-drill': { ...drill, resolved: `file:${tarball}` },
        ...wanted,
      },
    }),
  );
  await npm(folder, 'ci', '--offline', '--omit=dev', '--no-audit', '--no-fund', '--ignore-scripts');
  return folder;
}

/** Where npm's cache has it from: this project's lock does not name the registry. */
function tarballOf(name: string, version = ''): string {
  return `https://registry.npmjs.org/${name}/-/${path.basename(name)}-${version}.tgz`;
}

/** Where a package's dependency is: beside it, or further out. */
function placeOf(packages: Record<string, Locked>, name: string, from: string): string | null {
  for (let at = from; ; at = at.replace(/(?:^|\/)node_modules\/(?:@[^/]+\/)?[^/]+$/, '')) {
    const place = `${at === '' ? '' : `${at}/`}node_modules/${name}`;
    if (place in packages) return place;
    if (at === '') return null;
  }
}
