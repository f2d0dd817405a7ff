// The floor: an exit at once, whatever is open.
require('./bare');

process.on('SIGTERM', () => process.exit(0));
