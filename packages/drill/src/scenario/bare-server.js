const http = require('node:http');

/** The yardstick for the time to exit: it answers everything, and nothing is between the signal and its exit. */
http
  .createServer((request, response) => {
    request.resume().on('end', () => response.end());
  })
  .listen(Number(process.env.PORT), '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
