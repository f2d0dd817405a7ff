const { createTerminus } = require('@godaddy/terminus');
const { serve, state } = require('../../../packages/drill/test/fixtures/serve');
const { pool } = require('../../../packages/drill/test/fixtures/jobs');

createTerminus(serve(), {
  signal: 'SIGTERM',
  timeout: 10_000,
  useExit0: true,
  beforeShutdown: async () => {
    state.draining = true;
  },
  onSignal: () => pool.end(),
});
