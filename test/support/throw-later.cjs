'use strict';
// Loaded with `node --require`: SIGUSR2 throws where nobody catches, SIGPIPE rejects where nobody listens.
process.on('SIGUSR2', () => {
  throw new Error('thrown by the test');
});
process.on('SIGPIPE', () => {
  Promise.reject(new Error('rejected by the test'));
});
