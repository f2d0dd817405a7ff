const { lifecycle } = require('lastcall-drain');
const jobs = require('./jobs');
const routes = require('./routes');

const app = lifecycle();

// The server was named last, so that it starts when the jobs are ready, and they end after its last answer.
app.use('jobs', { start: () => jobs.ready, stop: () => jobs.end() });
app.http(
  routes(() => app.draining.aborted),
  { port: Number(process.env.PORT ?? 3000) },
);
// Until SIGTERM; then it stops everything, and the process ends.
app.run();
