const closeWithGrace = require('close-with-grace');
const { fastify } = require('fastify');
const { pool, ready, insert } = require('../../../packages/drill/test/fixtures/jobs');

const app = fastify();
app.get('/health', async () => ({ status: 'ok' }));
app.post('/work', async (request, reply) => reply.code(201).send(await insert(request.body.name)));
app.addHook('onClose', () => pool.end());
closeWithGrace({ delay: 10_000 }, () => app.close());
ready.then(() => app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' }));
