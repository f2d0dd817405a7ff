const fastify = require('fastify');

const JOB = {
  type: 'object',
  properties: { id: { type: 'string' }, name: { type: 'string' } },
};

/** Fastify with schemas for body and answer, as its own documentation advises for speed. */
exports.serve = async ({ createTable, insertJob }) => {
  const app = fastify();
  app.get('/health', async () => ({ status: 'ok' }));
  app.post(
    '/work',
    {
      schema: {
        body: { type: 'object', required: ['name'], properties: { name: { type: 'string' } } },
        response: { 201: JOB },
      },
    },
    async (request, reply) => reply.code(201).send(await insertJob(request.body.name)),
  );
  await createTable();
  await app.listen({ port: Number(process.env.PORT), host: '::' });
};
