const gracefulShutdown = require('http-graceful-shutdown');
const { serve, state } = require('../../fixtures/serve');
const { pool } = require('../../fixtures/jobs');

gracefulShutdown(serve(), {
  signals: 'SIGTERM',
  timeout: 10_000,
  preShutdown: async () => {
    state.draining = true;
  },
  onShutdown: () => pool.end(),
});
