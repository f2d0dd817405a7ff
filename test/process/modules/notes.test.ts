import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Client } from 'pg';
import { isFaultless } from '../../../packages/drill/src/report/verdict';
import { components } from '../../../src/bootstrap/components';
import { readConfig } from '../../../src/bootstrap/config';
import { MODULES } from '../../../src/bootstrap/modules';
import { TOKENS } from '../../../src/bootstrap/tokens';
import { notes } from '../../fixtures/notes/module';
import { buildSources } from '../../support/built-sources';
import { drillOn } from '../../support/jobs-drill';
import { createTestDatabase, type TestDatabase } from '../../support/postgres';
import { PROJECT, ServiceProcess } from '../../support/service-process';

const FIXTURE = path.join(PROJECT, 'test/fixtures/notes');
const built = buildSources(['src', 'test/fixtures/notes']);
afterAll(() => built.remove());
const COMMAND = [process.execPath, built.of('test/fixtures/notes/main.ts')] as const;

/** The TypeScript files below a folder. */
const sources = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => path.join(entry.parentPath, entry.name));

describe('a second resource', () => {
  it('is ten files at the most, and none outside names it', () => {
    expect(sources(FIXTURE).length).toBeLessThanOrEqual(10);
    const naming = sources(path.join(PROJECT, 'src')).filter((file) =>
      /\bnotes?\b(?! a fault)|\bNote|NOTE_|fixtures/.test(
        readFileSync(file, 'utf8').replace(/\bNotes a fault\b/, ''),
      ),
    );
    expect(naming).toEqual([]);
  });

  it('has its place in the stop order, and its problems and operations in the description', () => {
    const registry = components(readConfig({ DATABASE_URL: 'postgres://h/d' }), [...MODULES, notes]);
    const { dependencies } = registry.graph();
    expect(dependencies.get('note-writer')).toEqual(['postgres-pool', 'postgres-schema']);
    expect(dependencies.get('http-server')).toContain('note-writer');
    const document = registry.get(TOKENS.api).document() as {
      paths: Record<string, { post?: { responses: Record<string, unknown> } }>;
    };
    expect(Object.keys(document.paths)).toEqual(expect.arrayContaining(['/work', '/notes', '/notes/{id}']));
    const { post } = document.paths['/notes'] ?? {};
    expect(Object.keys(post?.responses ?? {})).toEqual(expect.arrayContaining(['201', '400', '422', '503']));
    expect(JSON.stringify(post)).toContain('invalid_note');
    expect(JSON.stringify(document.paths['/work'])).not.toContain('invalid_note');
  });
});

describe('the service with a second resource', () => {
  let database: TestDatabase;
  let service: ServiceProcess;

  beforeAll(async () => {
    database = await createTestDatabase();
    service = await ServiceProcess.start(database.url, { command: COMMAND });
  }, 30_000);
  afterAll(async () => {
    await ServiceProcess.killAll();
    await database.drop();
  });

  const post = async (place: string, body: object, key?: string) => {
    const headers = {
      'content-type': 'application/json',
      ...(key !== undefined && { 'idempotency-key': key }),
    };
    const answer = await fetch(`${service.url}${place}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    return {
      status: answer.status,
      headers: answer.headers,
      body: (await answer.json()) as Record<string, unknown>,
    };
  };

  it('stores and reads it, beside the first', async () => {
    const { status, headers, body } = await post('/notes', { text: 'remember', priority: 3 });
    expect([status, body]).toEqual([201, { id: expect.any(String), text: 'remember', priority: 3 }]);
    expect(headers.get('location')).toBe(`/notes/${body.id}`);
    const read = await fetch(`${service.url}/notes/${body.id}`);
    expect([read.status, await read.json()]).toEqual([200, body]);
    expect((await fetch(`${service.url}/work/${body.id}`)).status).toBe(404);
    expect(await post('/notes', { text: '' })).toMatchObject({ status: 400, body: { code: 'invalid_note' } });
    expect((await post('/work', { name: 'a job' })).status).toBe(201);
  });

  it('tells the keys of the two apart', async () => {
    const note = await post('/notes', { text: 'same' }, 'one-key');
    const job = await post('/work', { name: 'same' }, 'one-key');
    expect([note.status, job.status]).toEqual([201, 201]);
    const replays = [
      await post('/notes', { text: 'same' }, 'one-key'),
      await post('/work', { name: 'same' }, '"one-key"'),
    ];
    expect(replays.map(({ body }) => body)).toEqual([note.body, job.body]);
    for (const { headers } of replays) expect(headers.get('idempotent-replayed')).toBe('true');
    const other = await post('/notes', { text: 'same', priority: 1 }, 'one-key');
    expect(other).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } });
  });

  it('counts it by itself, and has its figures of its own', async () => {
    const text = await (await fetch(`${service.url}/metrics`)).text();
    for (const line of [
      'lastcall_notes_created_total 2',
      'lastcall_notes_replayed_total 1',
      'lastcall_jobs_created_total 2',
      'lastcall_commit_waiting_submissions{resource="notes"} 0',
    ])
      expect(text.split('\n')).toContain(line);
    expect(text).toMatch(/^lastcall_note_characters_total 1\d$/m);
  });

  it('stores what is in flight at the signal, in its place of the stop order', async () => {
    const client = new Client({ connectionString: database.url });
    await client.connect();
    await client.query('begin; lock table notes');
    const inFlight = post('/notes', { text: 'in flight' });
    await service.line('request');
    const held = async () =>
      (await client.query('select 1 from pg_locks where not granted and database is not null')).rowCount;
    while ((await held()) === 0);
    service.signal();
    await service.line('listener closed');
    await client.query('commit');
    expect((await inFlight).status).toBe(201);
    expect(await service.exitCode()).toBe(0);
    const report = await service.line('drain report');
    const stopped = (report.components as { name: string }[]).map(({ name }) => name);
    const places = ['http-server', 'note-writer', 'postgres-pool'].map((name) => stopped.indexOf(name));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places).not.toContain(-1);
    const { rows } = await client.query('select text from notes order by text');
    expect(rows).toEqual([{ text: 'in flight' }, { text: 'remember' }, { text: 'same' }]);
    await client.end();
  });
});

it('a drill on it loses nothing', async () => {
  const results = await drillOn({
    command: COMMAND.join(' '),
    cwd: PROJECT,
    postgres: process.env.LASTCALL_TEST_SERVER_URL ?? '',
    requests: [
      {
        request: 'POST /notes',
        body: { text: '{{id}}' },
        expect: { status: 201, json: { text: '{{id}}' } },
      },
    ],
    effectsSql: 'select text from notes',
    resetSql: 'truncate notes',
    mode: 'kept-alive,one-shot',
    refusals: false,
    trials: 2,
    clients: 12,
    seed: 11,
    clientsStop: 300,
  });
  expect(isFaultless(results)).toBe(true);
  for (const { counts } of results) {
    expect(counts.acknowledged).toBeGreaterThan(10);
    expect([counts.lost, counts.phantom, counts.missing]).toEqual([0, 0, 0]);
  }
}, 60_000);
