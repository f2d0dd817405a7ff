// The least there is: node:http, a pool with one open connection, and an exit at once.
const http = require('node:http');
const { Pool } = require('pg');

const pool = new Pool({ connectionString: process.env.DATABASE_URL });
const server = http.createServer({ keepAliveTimeout: 75_000 }, (_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end('{"status":"ok"}');
});
process.on('SIGTERM', () => process.exit(0));
pool.query('select 1').then(() => server.listen(process.env.PORT));
