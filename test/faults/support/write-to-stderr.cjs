'use strict';
// Loaded with `node --require`: standard error is written to all the time, as by a library that warns.
setInterval(() => process.stderr.write('a warning\n'), 5).unref();
