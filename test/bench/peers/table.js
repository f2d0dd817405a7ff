/** The same table as the service's, so that every server writes the same row. */
exports.CREATE_TABLE =
  'create table if not exists jobs (id uuid primary key, name text not null, created_at timestamptz not null)';

/** One row a request, as everybody writes it; named, so that pg prepares it once a connection. */
exports.INSERT = 'insert into jobs (id, name, created_at) values ($1, $2, now())';

exports.POOL_SIZE = 10;
