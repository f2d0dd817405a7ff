import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { servicePorts } from '../../support/openapi';
import { createTestDatabase, type TestDatabase } from '../../support/postgres';
import { waitFor } from '../../support/raw-client';

const MAIN = join(__dirname, '../../../dist/bootstrap/main.js');

/** The built service in a process of its own, on a database of its own. */
export class Service {
  readonly port: number;
  readonly #child: ChildProcess;
  readonly #output: () => string;
  readonly #database: TestDatabase;
  readonly #sql: Client;

  private constructor(
    port: number,
    child: ChildProcess,
    output: () => string,
    db: TestDatabase,
    sql: Client,
  ) {
    this.port = port;
    servicePorts.add(port);
    this.#child = child;
    this.#output = output;
    this.#database = db;
    this.#sql = sql;
  }

  static async start(environment: Record<string, string> = {}): Promise<Service> {
    const database = await createTestDatabase();
    const { child, output } = spawnService({ DATABASE_URL: database.url, ...environment });
    const listening = () => /"address":"[^"]*:(\d+)"[^\n]*"msg":"listening"/.exec(output())?.[1];
    try {
      await waitFor(() => listening() !== undefined, 20_000, output);
    } catch (error) {
      child.kill('SIGKILL');
      throw error;
    }
    const sql = new Client({ connectionString: database.url });
    await sql.connect();
    return new Service(Number(listening()), child, output, database, sql);
  }

  /** Everything on its standard output and standard error so far. */
  get log(): string {
    return this.#output();
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** The lines of level `error` so far. */
  get errors(): string[] {
    return this.log.split('\n').filter((line) => line.includes('"level":"error"'));
  }

  /** Still running. */
  get alive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Resident memory now, in MiB. */
  get rssMiB(): number {
    const [, pages] = readFileSync(`/proc/${this.pid}/statm`, 'utf8').split(' ');
    return (Number(pages) * 4096) / 2 ** 20;
  }

  /** The most resident memory since the start, in MiB. */
  get rssPeakMiB(): number {
    const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${this.pid}/status`, 'utf8')) ?? [];
    return Number(kibibytes) / 2 ** 10;
  }

  async names(): Promise<string[]> {
    const { rows } = await this.#sql.query<{ name: string }>('select name from jobs');
    return rows.map(({ name }) => name);
  }

  async ids(): Promise<string[]> {
    const { rows } = await this.#sql.query<{ id: string }>('select id from jobs');
    return rows.map(({ id }) => id);
  }

  async query(text: string): Promise<void> {
    await this.#sql.query(text);
  }

  /** Ends the service by SIGTERM, and returns its exit code. */
  async stop(): Promise<number | null> {
    await this.#sql.end();
    const exitCode = await endOf(this.#child);
    await this.#database.drop();
    return exitCode;
  }
}

/** The built service with nothing but this in its environment. */
export function spawnService(environment: Record<string, string>): {
  readonly child: ChildProcess;
  readonly output: () => string;
} {
  const child = spawn(process.execPath, [MAIN], {
    env: { PATH: process.env.PATH ?? '', PORT: '0', HOST: '127.0.0.1', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
  }
  return { child, output: () => text };
}

async function endOf(child: ChildProcess): Promise<number | null> {
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  child.kill('SIGTERM');
  const giveUp = setTimeout(() => child.kill('SIGKILL'), 12_000);
  await exited;
  clearTimeout(giveUp);
  return child.exitCode;
}
