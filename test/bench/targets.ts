import path from 'node:path';
import { hasPgbench } from './load/pgbench';

/** What is measured. A peer inserts one row a request; a ceiling bounds what a server can reach. */
export interface Target {
  readonly name: string;
  readonly label: string;
  readonly kind: 'ours' | 'peer' | 'ceiling';
}

/** A server: any command that takes `PORT` and `DATABASE_URL`, and answers `GET /health`. */
export interface ServerTarget extends Target {
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const peer = (file: string) => [path.join(__dirname, 'peers', file)];
const server = (file: string) => [path.join(__dirname, 'servers', file)];

export const OURS: ServerTarget = {
  name: 'lastcall',
  label: 'lastcall',
  args: ['dist/bootstrap/main.js'],
  kind: 'ours',
};

/** Ours first; then the peers, each as its users would run it. */
export const STORING_SERVERS: readonly ServerTarget[] = [
  OURS,
  { name: 'koa-kysely', label: 'Koa + Kysely', args: server('koa-kysely.js'), kind: 'peer' },
  { name: 'express-pg', label: 'Express 5 + pg', args: peer('express-pg.js'), kind: 'peer' },
  { name: 'fastify-pg', label: 'Fastify 5 + pg', args: peer('fastify-pg.js'), kind: 'peer' },
  {
    name: 'fastify-postgres',
    label: 'Fastify 5 + postgres.js',
    args: peer('fastify-postgres.js'),
    kind: 'peer',
  },
  { name: 'nest-pg', label: 'NestJS 11 + pg', args: peer('nest-pg.js'), kind: 'peer' },
  { name: 'bare-pg', label: 'node:http + pg', args: peer('bare-pg.js'), kind: 'peer' },
];

const NO_DATABASE: ServerTarget = {
  name: 'no-database',
  label: 'lastcall without a database',
  args: server('no-database.js'),
  kind: 'ceiling',
};

/** The same INSERT from Postgres' own load generator, which does nothing else. */
const PGBENCH: Target = { name: 'pgbench', label: 'pgbench, one INSERT each', kind: 'ceiling' };

/** All that `npm run bench` measures: pgbench only where it is installed. */
export function allTargets(): readonly Target[] {
  return [...STORING_SERVERS, NO_DATABASE, ...(hasPgbench() ? [PGBENCH] : [])];
}

export function isServer(target: Target): target is ServerTarget {
  return 'args' in target;
}

/** The targets with these names, in the order of the list. Throws on a name that does not exist. */
export function targetsNamed(targets: readonly Target[], names: readonly string[]): readonly Target[] {
  const unknown = names.filter((name) => !targets.some((target) => target.name === name));
  if (unknown.length > 0) throw new Error(`no such target: ${unknown.join(', ')}`);
  return targets.filter(({ name }) => names.includes(name));
}
