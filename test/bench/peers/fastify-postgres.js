const { randomUUID } = require('node:crypto');
const postgres = require('postgres');
const { serve } = require('./fastify-app');
const { CREATE_TABLE, POOL_SIZE } = require('./table');

const sql = postgres(process.env.DATABASE_URL, { max: POOL_SIZE, onnotice: () => {} });

serve({
  createTable: () => sql.unsafe(CREATE_TABLE),
  insertJob: async (name) => {
    const id = randomUUID();
    await sql`insert into jobs (id, name, created_at) values (${id}, ${name}, now())`;
    return { id, name };
  },
});
