// The least there is: node:http, and a pool with one open connection.
const http = require('node:http');
const { Pool } = require('pg');

const pool = new Pool({ connectionString: process.env.DATABASE_URL });
const server = http.createServer({ keepAliveTimeout: 75_000 }, (_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end('{"status":"ok"}');
});
pool.query('select 1').then(() => server.listen(process.env.PORT));

module.exports = { pool, server };
