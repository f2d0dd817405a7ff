const { createServer } = require('node:http2');
const { drainable } = require('lastcall-drain');
const jobs = require('./jobs');
const routes = require('./routes');

// Without TLS, as behind a proxy; http2.createSecureServer is drained in the same way.
const server = drainable(createServer(routes(() => server.draining.aborted)));

process.on('SIGTERM', () => server.close(() => jobs.end()));
server.listen(process.env.PORT ?? 3000);
