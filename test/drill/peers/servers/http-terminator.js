const { createHttpTerminator } = require('http-terminator');
const { serve, state } = require('../../fixtures/serve');
const { pool } = require('../../fixtures/jobs');

const terminator = createHttpTerminator({ server: serve(), gracefulTerminationTimeout: 10_000 });
process.on('SIGTERM', async () => {
  state.draining = true;
  await terminator.terminate();
  await pool.end();
  process.exit(0);
});
