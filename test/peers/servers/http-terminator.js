const { createHttpTerminator } = require('http-terminator');
const { serve, state } = require('../../../packages/drill/test/fixtures/serve');
const { pool } = require('../../../packages/drill/test/fixtures/jobs');

const terminator = createHttpTerminator({ server: serve(), gracefulTerminationTimeout: 10_000 });
process.on('SIGTERM', async () => {
  state.draining = true;
  await terminator.terminate();
  await pool.end();
  process.exit(0);
});
