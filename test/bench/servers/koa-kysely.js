// Koa with Kysely as most people write it: one INSERT a request. The service's own libraries, without the service.
const { randomUUID } = require('node:crypto');
const Router = require('@koa/router');
const Koa = require('koa');
const bodyParser = require('koa-bodyparser');
const { Kysely, PostgresDialect, sql } = require('kysely');
const { Pool } = require('pg');
const { CREATE_TABLE, POOL_SIZE } = require('../peers/table');

const pool = new Pool({ connectionString: process.env.DATABASE_URL, max: POOL_SIZE });
const db = new Kysely({ dialect: new PostgresDialect({ pool }) });
const router = new Router();

router.get('/health', (ctx) => {
  ctx.body = { status: 'ok' };
});
router.post('/work', async (ctx) => {
  const job = { id: randomUUID(), name: ctx.request.body.name };
  await db
    .insertInto('jobs')
    .values({ ...job, created_at: sql`now()` })
    .execute();
  ctx.status = 201;
  ctx.body = job;
});

const app = new Koa();
app.use(bodyParser());
app.use(router.routes());
pool.query(CREATE_TABLE).then(() => app.listen(process.env.PORT));
