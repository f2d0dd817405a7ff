import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { RawClient } from '../../support/raw-client';
import { PROJECT, ServiceProcess } from '../../support/service-process';
import { freshDatabase, postWork } from './environment';
import { npmProject, removeNpmProjects } from './npm-project';

jest.setTimeout(60_000);
const environment = freshDatabase();
afterAll(removeNpmProjects);

describe('npm start', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'builds first, and passes %s on: what is in flight finishes, and npm exits with 0',
    async (signal) => {
      const { database, onlooker } = environment();
      const folder = npmProject();
      // As where npm is configured to run no hooks: `prestart` would be skipped.
      const service = await ServiceProcess.start(database.url, {
        command: ['npm', 'start', '--ignore-scripts', '--prefix', folder],
      });
      expect(existsSync(path.join(folder, 'built'))).toBe(true);
      const unlock = await onlooker.lockJobs();
      const client = await RawClient.open(service.port);
      client.write(postWork('through npm'));
      await onlooker.untilBlocked();
      service.signal(signal);
      await service.line('listener closed');
      await unlock();
      expect((await client.waitForAnswers(1))[0]?.status).toBe(201);
      await client.waitForEnd();
      expect(await service.exitCode()).toBe(0);
      expect(service.lines.at(-1)).toMatchObject({ msg: 'drain report', exitCode: 0 });
      expect(await onlooker.names()).toEqual(['through npm']);
    },
  );
});

describe('npm run wiring', () => {
  it('prints who uses whom and the stop order', async () => {
    const { stdout } = await promisify(execFile)('npm', ['run', '--silent', 'wiring'], { cwd: PROJECT });
    expect(stdout).toContain('who uses whom');
    expect(stdout).toMatch(/^ {2}http-server -> .*job-service/m);
    const order = stdout.slice(stdout.indexOf('stop order'));
    const places = ['http-server', 'group-commit', 'postgres-pool', 'log'].map((name) => order.indexOf(name));
    expect(places).not.toContain(-1);
    expect(places).toEqual([...places].sort((a, b) => a - b));
  });
});
