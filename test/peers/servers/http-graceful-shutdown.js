const gracefulShutdown = require('http-graceful-shutdown');
const { serve, state } = require('../../../packages/drill/test/fixtures/serve');
const { pool } = require('../../../packages/drill/test/fixtures/jobs');

gracefulShutdown(serve(), {
  signals: 'SIGTERM',
  timeout: 10_000,
  preShutdown: async () => {
    state.draining = true;
  },
  onShutdown: () => pool.end(),
});
