const { server } = require('./plain');

process.on('SIGTERM', () => server.close());
