import path from 'node:path';

/** A server to be measured: any command that takes `PORT` and `DATABASE_URL` and answers `GET /health`. */
export interface Target {
  readonly name: string;
  readonly label: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly kind: 'ours' | 'peer' | 'ceiling';
}

const peer = (file: string) => [path.join(__dirname, 'peers', file)];

/** Ours first; the peers each as its users would run it; then what bounds them all. */
export const TARGETS: readonly Target[] = [
  { name: 'lastcall', label: 'lastcall', args: ['dist/bootstrap/main.js'], kind: 'ours' },
  {
    name: 'koa-kysely',
    label: 'Koa + Kysely',
    args: [path.join(__dirname, 'servers/koa-kysely.js')],
    kind: 'peer',
  },
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
  {
    name: 'no-database',
    label: 'lastcall without a database',
    args: ['--import', 'tsx', path.join(__dirname, 'servers/no-database.ts')],
    kind: 'ceiling',
  },
];

/** The targets with these names, in the order of the list. Throws on a name that does not exist. */
export function targetsNamed(names: readonly string[]): readonly Target[] {
  const unknown = names.filter((name) => !TARGETS.some((target) => target.name === name));
  if (unknown.length > 0) throw new Error(`no such target: ${unknown.join(', ')}`);
  return TARGETS.filter(({ name }) => names.includes(name));
}
