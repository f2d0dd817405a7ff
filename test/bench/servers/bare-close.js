// node:http and pg, stopped as their documentation has it: idle connections are closed, then the pool, and nothing is left.
const { pool, server } = require('./bare');

process.on('SIGTERM', () => {
  server.close(() => pool.end());
  server.closeIdleConnections();
});
