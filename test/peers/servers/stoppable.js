const stoppable = require('stoppable');
const { serve, state } = require('../../../packages/drill/test/fixtures/serve');
const { pool } = require('../../../packages/drill/test/fixtures/jobs');

const server = stoppable(serve());
process.on('SIGTERM', () => {
  state.draining = true;
  server.stop(async () => {
    await pool.end();
    process.exit(0);
  });
});
