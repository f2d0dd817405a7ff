const { createTerminus } = require('@godaddy/terminus');
const { serve, state } = require('../../fixtures/serve');
const { pool } = require('../../fixtures/jobs');

createTerminus(serve(), {
  signal: 'SIGTERM',
  timeout: 10_000,
  useExit0: true,
  beforeShutdown: async () => {
    state.draining = true;
  },
  onSignal: () => pool.end(),
});
