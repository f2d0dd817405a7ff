// `npm start`: builds where that is needed, and is the service then, in this very process, so that every signal reaches it.
const path = require('node:path');
const { DIST, ensureBuilt } = require('./build');

try {
  const warning = ensureBuilt();
  if (warning) console.error(`lastcall: ${warning}`);
} catch (error) {
  console.error(`lastcall: ${error.message}`);
  process.exit(1);
}
require(path.join(DIST, 'bootstrap/main.js'));
