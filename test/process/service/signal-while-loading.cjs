'use strict';
// Loaded with `node --require`: sends SIGTERM to this very process at the moment at which it reads its bundle.
const fs = require('node:fs');
const { readFileSync } = fs;
fs.readFileSync = (file, ...rest) => {
  if (String(file).endsWith('lastcall.js')) process.kill(process.pid, 'SIGTERM');
  return readFileSync(file, ...rest);
};
