const { randomUUID } = require('node:crypto');
const { setTimeout: sleep } = require('node:timers/promises');

/** Where the examples put their jobs: the table `jobs` of DATABASE_URL; without one, a list in memory. */
module.exports = process.env.DATABASE_URL ? inPostgres(process.env.DATABASE_URL) : inMemory();

function inPostgres(connectionString) {
  const { Pool } = require('pg');
  const pool = new Pool({ connectionString, max: 10 });
  // Under a lock: two that start at once would both find that it is missing.
  const ready = pool.query(
    'select pg_advisory_xact_lock(1); create table if not exists jobs (id uuid primary key default gen_random_uuid(), name text not null, created_at timestamptz not null default now())',
  );
  return {
    ready,
    async insert(name) {
      await ready;
      const { rows } = await pool.query('insert into jobs (name) values ($1) returning id, name', [name]);
      return rows[0];
    },
    end: () => pool.end(),
  };
}

function inMemory() {
  const jobs = [];
  let isOpen = true;
  return {
    ready: Promise.resolve(),
    async insert(name) {
      // As long as a database may take, and like one it takes nothing once it is closed.
      await sleep(20);
      if (!isOpen) throw new Error('the jobs are closed');
      const job = { id: randomUUID(), name };
      jobs.push(job);
      return job;
    },
    async end() {
      isOpen = false;
    },
  };
}
