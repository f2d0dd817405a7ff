import { execFileSync } from 'node:child_process';
import { chownSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Onlooker } from '../support/onlooker';
import { describeUnless } from '../support/optional-suite';
import { ServiceProcess } from '../support/service-process';
import { until } from '../support/until';
import { Load, losses, NO_LOSSES } from './support/load';
import { get } from './support/post';
import { PrivatePostgres } from './support/private-postgres';

jest.setTimeout(120_000);

/** A disk that is small enough to be filled; undefined where mounting is not permitted. */
function smallDisk(): string | undefined {
  const folder = mkdtempSync(path.join(tmpdir(), 'lastcall-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=48m,mode=0700', 'tmpfs', folder], { stdio: 'ignore' });
    return folder;
  } catch {
    rmSync(folder, { recursive: true });
    return undefined;
  }
}

const disk = smallDisk();

describeUnless(
  disk === undefined ? 'mounting a tmpfs needs root with CAP_SYS_ADMIN' : undefined,
  'a database whose disk is full',
  () => {
    const folder = disk ?? '';
    const ballast = path.join(folder, 'ballast');
    let postgres: PrivatePostgres;
    beforeAll(async () => {
      postgres = await PrivatePostgres.start();
      if (postgres.account) chownSync(folder, postgres.account.uid, postgres.account.gid);
    });
    afterAll(async () => {
      await ServiceProcess.killAll();
      await postgres.remove();
      execFileSync('umount', [folder]);
      rmSync(folder, { recursive: true });
    });

    it('makes the answers 503 and costs nothing that was acknowledged; with room again they are 201', async () => {
      const server = await Onlooker.of(postgres.url);
      // Only the tables are on the small disk, not the write-ahead log, for lack of which Postgres itself would crash.
      await server.query(`create tablespace small location '${folder}'`);
      await server.query('create database full_disk tablespace small');
      await server.end();
      const url = postgres.url.replace(/\/postgres$/, '/full_disk');
      const onlooker = await Onlooker.of(url);
      const service = await ServiceProcess.start(url);
      const load = new Load({ port: () => service.port, clients: 16 });
      for (let round = 0; round < 3; round += 1) {
        await load.untilMore(201, 50);
        const { bavail, bsize } = statfsSync(folder);
        try {
          writeFileSync(ballast, Buffer.alloc(bavail * bsize));
        } catch (error) {
          // Postgres has taken some of it meanwhile: full is what it is to be.
          if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
        }
        await load.untilMore(503, 50, 40_000);
        expect((await get(service.port, '/health')).status).toBe(200);
        rmSync(ballast);
        await load.untilMore(201, 50);
      }
      await load.stop();
      expect(load.failures).toEqual([]);
      for (const { status, headers } of load.answers) {
        expect(['201 undefined', '503 1']).toContain(`${status} ${headers['retry-after']}`);
      }
      expect(await losses(load, onlooker)).toEqual(NO_LOSSES);
      service.signal();
      expect(await service.exitCode()).toBe(0);
      await until('no session is left', async () => (await onlooker.sessions()) === 0);
      await onlooker.end();
    });
  },
);
