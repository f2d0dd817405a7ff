import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseConnectionUrl } from '../../src/adapters/postgres/connection/connection-url';
import { PostgresPool } from '../../src/adapters/postgres/connection/postgres-pool';
import { NEVER } from '../contract/jobs';
import { InMemoryLog } from '../doubles/in-memory-log';
import { PrivatePostgres } from '../faults/support/private-postgres';
import { describeWith } from '../support/optional-suite';
import { SETTINGS, stop } from './postgres-fixture';

jest.setTimeout(60_000);

const SECURED = { name: 'test_tls', sql: 'select ssl from pg_stat_ssl where pid = pg_backend_pid()' };

/** How a session came about: over TLS, in the clear, or why not. */
async function outcome(url: string, environment: NodeJS.ProcessEnv = {}): Promise<string> {
  const location = { url: () => url, environment };
  const database = new PostgresPool(location, { ...SETTINGS, size: 1 }, new InMemoryLog());
  try {
    await database.start(NEVER);
    const { rows } = await database.run<{ ssl: boolean }>(SECURED, []);
    return rows[0]?.ssl ? 'tls' : 'plain';
  } catch (error) {
    return (error as Error).message;
  } finally {
    await stop(database);
  }
}

describeWith('openssl', 'TLS to the database', () => {
  let folder: string;
  let server: PrivatePostgres;
  let withoutTls: readonly string[];
  const warnings: Error[] = [];
  const warned = (warning: Error) => warnings.push(warning);
  const file = (name: string) => path.join(folder, name);
  const openssl = (...words: string[]) => execFileSync('openssl', words, { cwd: folder, stdio: 'pipe' });

  /** A certificate for `name`, signed by the authority `ca`, which is made where there is none of that name. */
  function certificate(name: string, ca: string): void {
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    openssl(
      'req',
      '-x509',
      ...key,
      '-days',
      '2',
      '-subj',
      `/CN=${ca}`,
      '-keyout',
      `${ca}.key`,
      '-out',
      `${ca}.pem`,
    );
    openssl('req', ...key, '-subj', `/CN=${name}`, '-keyout', `${name}.key`, '-out', `${name}.csr`);
    writeFileSync(file('extensions'), `subjectAltName=DNS:${name}\n`);
    openssl(
      ...['x509', '-req', '-in', `${name}.csr`, '-CA', `${ca}.pem`, '-CAkey', `${ca}.key`, '-CAcreateserial'],
      ...['-days', '2', '-extfile', 'extensions', '-out', `${name}.pem`],
    );
  }

  /** Has the server take TLS, with a certificate for `localhost` alone. */
  async function switchOn(): Promise<void> {
    const { uid, gid } = server.account ?? { uid: process.getuid?.(), gid: process.getgid?.() };
    for (const name of ['localhost.key', 'localhost.pem', 'clients.pem'])
      execFileSync('install', ['-o', `${uid}`, '-g', `${gid}`, '-m', '600', name, `served-${name}`], {
        cwd: folder,
      });
    for (const role of ['certified', 'tls_only', 'plain_only'])
      await server.query(`create role ${role} login superuser password 'secret'`);
    const [{ hba_file: hba }] = (await server.query('show hba_file')) as [{ hba_file: string }];
    const rules = [
      ...[
        'hostssl all certified all cert',
        'hostnossl all tls_only all reject',
        'hostssl all plain_only all reject',
      ],
      readFileSync(hba, 'utf8'),
    ];
    writeFileSync(hba, rules.join('\n'));
    for (const [name, value] of [
      ['ssl_cert_file', file('served-localhost.pem')],
      ['ssl_key_file', file('served-localhost.key')],
      ['ssl_ca_file', file('served-clients.pem')],
      ['ssl', 'on'],
    ])
      await server.query(`alter system set ${name} = '${value}'`);
    await server.query('select pg_reload_conf()');
  }

  /** The server as `host` and `user`; CA, KEY and the like in `parameters` are files of this suite. */
  function urlFor({ host = 'localhost', user = '' }, parameters: string): string {
    const url = new URL(server.url);
    url.hostname = host;
    if (user !== '') [url.username, url.password] = [user, user === 'certified' ? '' : 'secret'];
    return `${url.href}?${parameters.replace(/[a-z]+\.(pem|key)/g, (name) => file(name))}`;
  }

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'lastcall-tls-'));
    chmodSync(folder, 0o755);
    certificate('localhost', 'authority');
    certificate('certified', 'clients');
    certificate('somebody', 'stranger');
    server = await PrivatePostgres.start();
    process.on('warning', warned);
    withoutTls = [await outcome(urlFor({}, 'sslmode=prefer')), await outcome(urlFor({}, 'sslmode=require'))];
    await switchOn();
    // The reload is asynchronous.
    while ((await outcome(urlFor({}, 'sslmode=require'))) !== 'tls');
  });

  afterAll(async () => {
    process.off('warning', warned);
    await server.remove();
    rmSync(folder, { recursive: true });
  });

  const elsewhere = { host: '127.0.0.1' };
  const UNKNOWN_CA = /unable to verify|self-signed certificate|unable to get/;
  const OTHER_NAME = /its certificate is for DNS:localhost, not for 127\.0\.0\.1$/;

  it.each<[parameters: string, expected: RegExp | string, server?: { host?: string; user?: string }]>([
    ['', 'plain'],
    ['sslmode=disable', 'plain'],
    ['sslmode=disable&sslrootcert=authority.pem', 'plain'],
    ['sslmode=allow', 'plain'],
    ['sslmode=allow', 'tls', { user: 'tls_only' }],
    ['sslmode=prefer', 'tls'],
    ['sslmode=prefer', 'plain', { user: 'plain_only' }],
    ['sslmode=require', 'tls', elsewhere],
    ['sslmode=require', /no encryption|SSL encryption|reject/, { user: 'plain_only' }],
    ['sslmode=require&sslrootcert=authority.pem', 'tls', elsewhere],
    ['sslmode=require&sslrootcert=stranger.pem', UNKNOWN_CA],
    ['sslmode=no-verify&sslrootcert=stranger.pem', 'tls'],
    ['sslmode=verify-ca&sslrootcert=authority.pem', 'tls', elsewhere],
    ['sslmode=verify-ca&sslrootcert=stranger.pem', UNKNOWN_CA],
    ['sslmode=verify-ca', UNKNOWN_CA],
    ['sslmode=verify-full&sslrootcert=authority.pem', 'tls'],
    ['sslmode=verify-full&sslrootcert=authority.pem', OTHER_NAME, elsewhere],
    ['sslmode=verify-full', UNKNOWN_CA],
    ['sslmode=verify-full&sslrootcert=system', UNKNOWN_CA],
    ['sslmode=require&sslrootcert=system', UNKNOWN_CA],
    ['sslrootcert=authority.pem', 'tls'],
    ['sslrootcert=authority.pem', OTHER_NAME, elsewhere],
    ['ssl=true', UNKNOWN_CA],
    ['ssl=true&sslrootcert=authority.pem', 'tls'],
    ['ssl=no-verify', 'tls'],
    ['ssl=false', 'plain'],
    ['sslmode=require&sslnegotiation=direct', 'tls'],
    ['sslnegotiation=direct', UNKNOWN_CA],
    ['sslmode=require&ssl_min_protocol_version=TLSv1.3&channel_binding=require', 'tls'],
    ['sslmode=require&sslcert=certified.pem&sslkey=certified.key', 'tls', { user: 'certified' }],
    ['sslmode=require&sslcert=somebody.pem&sslkey=somebody.key', /./, { user: 'certified' }],
    ['sslmode=require', /certificate/, { user: 'certified' }],
  ])('%s: %s', async (parameters, expected, where = {}) => {
    const found = await outcome(urlFor(where, parameters));
    if (typeof expected === 'string') expect(found).toBe(expected);
    else expect(found).toMatch(expected);
    expect(['tls', 'plain'].includes(found)).toBe(typeof expected === 'string');
  });

  it('is asked for by the environment, too, where the URL leaves it open', async () => {
    const PGSSLROOTCERT = file('authority.pem');
    expect(await outcome(urlFor({}, ''), { PGSSLMODE: 'verify-full', PGSSLROOTCERT })).toBe('tls');
    expect(await outcome(urlFor(elsewhere, ''), { PGSSLMODE: 'verify-full', PGSSLROOTCERT })).toMatch(
      OTHER_NAME,
    );
    expect(await outcome(urlFor({}, 'sslmode=disable'), { PGSSLMODE: 'verify-full' })).toBe('plain');
    expect(await outcome(urlFor({}, ''), { PGSSLROOTCERT })).toBe('plain');
  });

  it('is refused before the first connection where it cannot be', () => {
    writeFileSync(file('empty.pem'), '');
    for (const [parameters, fault] of [
      [
        'sslmode=verify-full&sslrootcert=missing.pem',
        /sslrootcert: ".*missing\.pem" cannot be read \(ENOENT\)/,
      ],
      ['sslmode=verify-full&sslrootcert=empty.pem', /sslrootcert: its file holds no certificate/],
      ['sslmode=require&sslcert=certified.pem&sslkey=somebody.key', /sslkey .* cannot be used \(.*mismatch/],
      ['sslmode=require&sslcert=missing.pem', /sslcert: ".*missing\.pem" cannot be read/],
      ['sslmode=prefer&sslnegotiation=direct', /sslnegotiation: direct needs TLS/],
      ['sslmode=verify_full', /sslmode: must be one of disable, allow, /],
      ['sslrootcerts=authority.pem', /a parameter about TLS is none of/],
    ] as const)
      expect(() => parseConnectionUrl(urlFor({}, parameters), {})).toThrow(fault);
  });

  it('does without where the server has none, and only if it may', () => {
    expect(withoutTls).toEqual([
      'plain',
      expect.stringMatching('The server does not support SSL connections'),
    ]);
  });

  it('never has pg warn of what its modes will mean one day', () => {
    expect(warnings).toEqual([]);
  });
});
