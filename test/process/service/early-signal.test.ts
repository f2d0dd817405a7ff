import path from 'node:path';
import { ServiceProcess } from '../../support/service-process';
import { freshDatabase } from './environment';

jest.setTimeout(60_000);
const environment = freshDatabase();

// Without a handler this process would die of the signal. Process 1 of a container would never hear of it: the kernel
// drops there what has no handler.
it('stops, and does not start first, when SIGTERM comes while the code is being loaded', async () => {
  const service = ServiceProcess.spawn({
    env: { DATABASE_URL: environment().database.url },
    nodeOptions: ['--require', path.join(__dirname, 'signal-while-loading.cjs')],
  });
  expect(await service.exitCode()).toBe(0);
  expect(service.lines.map(({ msg }) => msg)).not.toContain('ready');
  expect(service.lines.at(-1)).toMatchObject({ msg: 'drain report', reason: 'SIGTERM', outcome: 'clean' });
});
