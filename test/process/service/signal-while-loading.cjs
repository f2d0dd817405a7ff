'use strict';
// Loaded with `node --require`: sends SIGTERM to this very process at the moment at which it loads the rest of its code.
const Module = require('node:module');
const { _load: load } = Module;
Module._load = (request, ...rest) => {
  if (request === './run') process.kill(process.pid, 'SIGTERM');
  return load(request, ...rest);
};
