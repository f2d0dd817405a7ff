const { readFileSync } = require('node:fs');
const { createServer } = require('node:https');
const { drainable } = require('lastcall-drain');
const jobs = require('./jobs');
const routes = require('./routes');

// openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=localhost -keyout key.pem -out cert.pem
const key = readFileSync(process.env.KEY ?? 'key.pem');
const cert = readFileSync(process.env.CERT ?? 'cert.pem');

const server = drainable(
  createServer(
    { key, cert },
    routes(() => server.draining.aborted),
  ),
);

process.on('SIGTERM', () => server.close(() => jobs.end()));
server.listen(process.env.PORT ?? 3000);
