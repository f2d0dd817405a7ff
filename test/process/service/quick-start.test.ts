import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Onlooker } from '../../support/onlooker';
import { ServiceProcess } from '../../support/service-process';
import { npmProject, removeNpmProjects } from './npm-project';

jest.setTimeout(180_000);

afterEach(async () => {
  await ServiceProcess.killAll();
  removeNpmProjects();
});

/** What shells and other programs may have set for databases of their own, and the name that production asks for. */
const SURROUNDED = {
  ...{ PGHOST: '192.0.2.1', PGPORT: '1', PGUSER: 'nobody', PGPASSWORD: 'wrong', PGDATABASE: 'none' },
  ...{
    PGSSLMODE: 'require',
    PGSSLNEGOTIATION: 'direct',
    PGSSLROOTCERT: '/nowhere',
    PGCHANNELBINDING: 'require',
  },
  ...{
    PGOPTIONS: '-c nothing.like=this -c search_path=nowhere',
    PGREPLICATION: 'database',
    PGAPPNAME: 'other',
  },
  ...{ PGCLIENT_ENCODING: 'LATIN1', PGCLIENTENCODING: 'LATIN1', PGBINARY: 'true', PGCONNECT_TIMEOUT: '1' },
  ...{ PGTARGETSESSIONATTRS: 'standby', PGLOADBALANCEHOSTS: 'x', PGPASSFILE: '/nowhere', PGSERVICE: 'none' },
  ...{ PGDATA: '/nowhere', USER: 'nobody', NODE_PG_FORCE_NATIVE: '1' },
  ...{ NODE_ENV: 'production', DATABASE_URL: 'embedded:' },
};

/** `npm start` on the embedded Postgres: the first start makes its data. */
async function npmStart(folder: string, env: Record<string, string> = {}): Promise<ServiceProcess> {
  const service = ServiceProcess.spawn({ command: ['npm', 'start', '--prefix', folder], env });
  await service.line('ready', 60_000);
  return service;
}

/** A look into the embedded Postgres of a running service. */
function look({ lines }: ServiceProcess): Promise<Onlooker> {
  const embedded = lines.find(({ dataFolder }) => dataFolder !== undefined);
  const password = readFileSync(path.join(String(embedded?.dataFolder), 'password'), 'utf8').trim();
  return Onlooker.of(`postgres://postgres:${password}@127.0.0.1:${embedded?.port}/postgres`);
}

it('npm start, with nothing configured, keeps every job that it took, the one in flight at SIGTERM included', async () => {
  const folder = npmProject();
  const service = await npmStart(folder);
  const answers = [await service.post('one'), await service.post('two'), await service.post('three')];
  const onlooker = await look(service);
  const unlock = await onlooker.lockJobs();
  const held = service.post('held by a lock');
  await onlooker.untilBlocked();
  service.signal();
  await service.line('listener closed');
  await unlock();
  await onlooker.end();
  answers.push(await held);
  expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
  expect(await service.exitCode()).toBe(0);

  // Its URL is complete: the environment has no say in how it is reached.
  const successor = await npmStart(folder, SURROUNDED);
  for (const { body } of answers) {
    const kept = await fetch(`${successor.url}/work/${body.id}`);
    expect([kept.status, await kept.json()]).toEqual([200, body]);
  }
  successor.signal();
  expect(await successor.exitCode()).toBe(0);
});
