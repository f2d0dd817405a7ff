import { chmod, mkdir, mkdtemp, readlink, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { prepareBinaries } from '../../../../src/adapters/embedded-postgres/binaries';

const LINKS = [
  { source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so.5' },
  { source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so' },
];

let native: string;
let links: string;

beforeEach(async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'lastcall-binaries-'));
  native = path.join(folder, 'native');
  links = path.join(folder, 'links');
  await mkdir(path.join(native, 'bin'), { recursive: true });
  await mkdir(path.join(native, 'lib'));
  for (const name of ['bin/initdb', 'bin/postgres', 'lib/libpq.so.5.18']) {
    await writeFile(path.join(native, name), '');
  }
  await writeFile(path.join(native, 'pg-symlinks.json'), JSON.stringify(LINKS));
});
afterEach(() => rm(path.dirname(native), { recursive: true }));

test('restores the links that npm has not made, relative to their folder, and only once', async () => {
  for (let repeat = 0; repeat < 2; repeat++) {
    const { env } = await prepareBinaries(native, links);
    expect(env).not.toHaveProperty('LD_LIBRARY_PATH');
    expect(await readlink(path.join(native, 'lib/libpq.so.5'))).toBe('libpq.so.5.18');
    expect(await readlink(path.join(native, 'lib/libpq.so'))).toBe('libpq.so.5.18');
  }
});

test('makes the programs executable', async () => {
  await chmod(path.join(native, 'bin/postgres'), 0o644);
  const { postgres } = await prepareBinaries(native, links);
  expect((await stat(postgres)).mode & 0o111).toBe(0o111);
});

test('hands on nothing of the environment but what makes sense to Postgres', async () => {
  const ours = { PATH: '/opt/bin', TZ: 'Asia/Tokyo', PGDATA: '/elsewhere' };
  const { env } = await prepareBinaries(native, links, ours);
  expect(env).toEqual({ LC_ALL: 'C', PATH: '/opt/bin', TZ: 'Asia/Tokyo' });
});

test('needs no list of links: not every platform has one', async () => {
  await rm(path.join(native, 'pg-symlinks.json'));
  await expect(prepareBinaries(native, links)).resolves.toMatchObject({ native });
});
