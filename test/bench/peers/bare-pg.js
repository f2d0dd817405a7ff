const http = require('node:http');
const { createTable, insertJob } = require('./pg-store');

const server = http.createServer((request, response) => {
  if (request.url === '/health') return answer(response, 200, { status: 'ok' });
  let body = '';
  request.setEncoding('utf8');
  request.on('data', (chunk) => (body += chunk));
  request.on('end', async () => answer(response, 201, await insertJob(JSON.parse(body).name)));
});

function answer(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

createTable().then(() => server.listen(process.env.PORT));
