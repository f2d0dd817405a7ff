import path from 'node:path';
import { EmbeddedPostgres } from '../../../src/adapters/embedded-postgres/embedded-postgres';
import { Deadline } from '../../../src/application/lifecycle/deadline';
import { componentContract } from '../../contract/component.contract';
import { NEVER } from '../../contract/jobs';
import { InMemoryLog } from '../../doubles/in-memory-log';
import { newFolder, removeFolders } from './project';

jest.setTimeout(120_000);

const started: EmbeddedPostgres[] = [];
const build = () => {
  const dataFolder = path.join(newFolder(), 'data');
  const postgres = new EmbeddedPostgres({ dataFolder, log: new InMemoryLog(), temporary: true });
  started.push(postgres);
  return postgres;
};

afterEach(async () => {
  const deadline = Deadline.in(10_000);
  await Promise.all(started.splice(0).map((postgres) => postgres.stop(deadline)));
  deadline.clear();
  removeFolders();
});

describe('EmbeddedPostgres as Component', () => componentContract(build));

it('is not forced when it has little time: it keeps back no more than half of it', async () => {
  const postgres = build();
  await postgres.start(NEVER);
  const deadline = Deadline.in(500);
  expect(await postgres.stop(deadline)).toBeUndefined();
  deadline.clear();
});
