const { randomUUID } = require('node:crypto');
const { Pool } = require('pg');
const { CREATE_TABLE, INSERT, POOL_SIZE } = require('./table');

const pool = new Pool({ connectionString: process.env.DATABASE_URL, max: POOL_SIZE });

exports.createTable = () => pool.query(CREATE_TABLE);

exports.insertJob = async (name) => {
  const id = randomUUID();
  await pool.query({ name: 'insert_job', text: INSERT, values: [id, name] });
  return { id, name };
};
