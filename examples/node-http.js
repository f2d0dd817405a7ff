const { createServer } = require('node:http');
const { drainable } = require('lastcall-drain');
const jobs = require('./jobs');
const routes = require('./routes');

const server = drainable(createServer(routes(() => server.draining.aborted)));

process.on('SIGTERM', () => server.close(() => jobs.end()));
server.listen(process.env.PORT ?? 3000);
