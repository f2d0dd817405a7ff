import { existsSync } from 'node:fs';
import { Kept } from '../../../src/adapters/embedded-postgres/keeper';
import { newFolder, removeFolders } from './project';
import { serversIn } from './servers';

jest.setTimeout(60_000);
afterAll(removeFolders);

const END_ON_SIGINT = `
  process.on('SIGINT', () => process.exit());
  console.log('up');
  setInterval(() => {}, 60_000);
`;

test('has left no process of its own when it says that the command has ended, 40 times', async () => {
  const folder = newFolder();
  for (let round = 0; round < 40; round++) {
    const kept = new Kept([process.execPath, '-e', END_ON_SIGINT, folder], {
      account: undefined,
      env: process.env,
    });
    await new Promise<void>((up) => kept.onLine(() => up()));
    const keeperWatcherAndCommand = serversIn(folder);
    expect(keeperWatcherAndCommand).toHaveLength(3);
    kept.letGo();
    await kept.ended;
    expect(keeperWatcherAndCommand.filter((pid) => existsSync(`/proc/${pid}`))).toEqual([]);
  }
});
