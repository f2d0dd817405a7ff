const { json } = require('node:stream/consumers');
const jobs = require('./jobs');

/** The two routes, for the examples without a framework. `isDraining` says whether the server is about to stop. */
module.exports = function routes(isDraining) {
  return async (request, response) => {
    if (request.url === '/health') return isDraining() ? send(503, 'draining') : send(200, 'ok');
    if (request.url !== '/work' || request.method !== 'POST') return send(404, 'not found');
    try {
      const { name } = await json(request);
      send(201, await jobs.insert(name));
    } catch (error) {
      if (error instanceof SyntaxError) send(400, 'this is not JSON');
      else send(500, 'this did not work');
    }

    function send(status, answer) {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(typeof answer === 'string' ? { status: answer } : answer));
    }
  };
};
