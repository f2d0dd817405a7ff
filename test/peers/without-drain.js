/**
 * `node --require .../without-drain.js examples/express.js`: the same file without its line. It gets a `drainable` that leaves the
 * server as it is.
 */
const path = require('node:path');

const examples = path.resolve(__dirname, '../../examples');
const file = require.resolve('lastcall-drain', { paths: [examples] });
const drainable = (server) => Object.assign(server, { draining: new AbortController().signal });

require.cache[file] = Object.assign(new module.constructor(file), { loaded: true, exports: { drainable } });
