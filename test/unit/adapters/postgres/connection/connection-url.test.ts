import fc from 'fast-check';
import { Client, type ClientConfig } from 'pg';
import { parse } from 'pg-connection-string';
import {
  InvalidConnectionUrl,
  parseConnectionUrl,
} from '../../../../../src/adapters/postgres/connection/connection-url';

const ACCOUNT = { USER: 'account' };

/** What a URL comes to, with the password itself and without what is the same for all. */
async function read(url: string, environment: NodeJS.ProcessEnv = ACCOUNT) {
  const { hosts, sessionAttrs, client } = parseConnectionUrl(url, environment);
  const { user, database, options } = client;
  return { hosts, sessionAttrs, user, password: await passwordOf(client), database, options };
}

async function passwordOf({ password }: ClientConfig): Promise<string | undefined> {
  const ask = password as (connection: object) => string | Promise<string>;
  const nobody = { host: 'nowhere', port: 1, database: 'none', user: 'nobody' };
  return Promise.resolve(ask(nobody)).catch(() => undefined);
}

function faultOf(url: string, environment: NodeJS.ProcessEnv = ACCOUNT): string {
  try {
    parseConnectionUrl(url, environment);
  } catch (error) {
    if (error instanceof InvalidConnectionUrl)
      return `${error.message} ${error.stack} ${JSON.stringify(error)}`;
    throw error;
  }
  throw new Error('it was taken');
}

const local = (...ports: number[]) => ports.map((port) => ({ host: 'localhost', port }));

describe('what pg understands is accepted:', () => {
  it.each<[url: string, found: object]>([
    [
      'postgres://u:p@h:5433/d',
      { hosts: [{ host: 'h', port: 5433 }], user: 'u', password: 'p', database: 'd' },
    ],
    ['POSTGRESQL://u:p@h/d', { hosts: [{ host: 'h', port: 5432 }] }],
    ['postgres://u:p@h', { database: 'u' }],
    ['postgres://u@h/d', { user: 'u', password: undefined }],
    ['postgres://h/d', { user: 'account', password: undefined }],
    ['postgres:///d', { hosts: local(5432), user: 'account' }],
    ['postgres://u:p@/d', { hosts: local(5432), user: 'u' }],
    ['postgres://u:p@:5433/d', { hosts: local(5433) }],
    ['postgres://u:p@h:/d', { hosts: [{ host: 'h', port: 5432 }] }],
    [
      'postgres://u:p@/d?host=/cloudsql/a:b:c',
      { hosts: [{ host: '/cloudsql/a:b:c', port: 5432 }], database: 'd' },
    ],
    ['postgres://u:p@localhost:5433/d?host=/run/db', { hosts: [{ host: '/run/db', port: 5433 }] }],
    ['postgres://%2Fvar%2Frun%2Fdb/d', { hosts: [{ host: '/var/run/db', port: 5432 }], database: 'd' }],
    ['postgres://u@%2Frun%2Fdb:5433/d', { hosts: [{ host: '/run/db', port: 5433 }] }],
    ['socket:/run/db?db=d', { hosts: [{ host: '/run/db', port: 5432 }], database: 'd' }],
    ['socket://u:p@/run/db?db=d', { hosts: [{ host: '/run/db', port: 5432 }], user: 'u', password: 'p' }],
    ['/run/db d', { hosts: [{ host: '/run/db', port: 5432 }], database: 'd' }],
    ['postgres://u:p@[::1]:5433/d', { hosts: [{ host: '::1', port: 5433 }] }],
    ['postgres://u:p@[fe80::1]/d', { hosts: [{ host: 'fe80::1', port: 5432 }] }],
    ['postgres://h/d?user=u&password=p', { user: 'u', password: 'p' }],
    ['postgres://x@h:1/d?port=5433&user=u', { hosts: [{ host: 'h', port: 5433 }], user: 'u' }],
    ['postgres://u:a b@h/d d', { password: 'a b', database: 'd d' }],
    ['postgres://u:a%20b%40c%2Fd%23@h/d', { password: 'a b@c/d#' }],
    ['postgres://u:p@ss@h/d', { password: 'p@ss', hosts: [{ host: 'h', port: 5432 }] }],
    ['postgres://u:100%@h/d', { password: '100%' }],
    ['postgres://u:%zz%20%@h/d', { password: '%zz %' }],
    ['postgres://u:a:b@h/d', { password: 'a:b' }],
    ['postgres://ü:é@h/d', { user: 'ü', password: 'é' }],
    ['postgres://u@h/d?options=-c%20a.b%3D1+-c+c.d=2', { options: '-c a.b=1 -c c.d=2' }],
    [
      ' postgres://u:p@my_host.internal/d\n',
      { hosts: [{ host: 'my_host.internal', port: 5432 }], database: 'd' },
    ],
    ['postgres://u:p@\nh/d\r\n', { hosts: [{ host: 'h', port: 5432 }], database: 'd' }],
  ])('%s', async (url, found) => {
    expect(await read(url)).toMatchObject(found);
  });

  it('and comes to the same as there, whatever is in the names', async () => {
    const name = fc
      .string({ unit: 'grapheme', minLength: 1 })
      .filter((text) => !text.includes('\0') && isEncodable(text));
    await fc.assert(
      fc.asyncProperty(
        name,
        name,
        fc.domain(),
        fc.integer({ min: 1, max: 65_535 }),
        async (user, password, host, port) => {
          const url = `postgres://${encodeURIComponent(user)}:${encodeURIComponent(password)}@${host}:${port}/d`;
          const { user: u, password: p, host: h, port: n } = parse(url);
          expect(await read(url)).toMatchObject({
            user: u,
            password: p,
            hosts: [{ host: h, port: Number(n) }],
          });
          expect({ u, p }).toEqual({ u: user, p: password });
        },
      ),
    );
  });

  function isEncodable(text: string): boolean {
    return text.isWellFormed();
  }
});

describe('several hosts, as in libpq:', () => {
  const a5433b5434 = [
    { host: 'a', port: 5433 },
    { host: 'b', port: 5434 },
  ];

  it.each<[url: string, hosts: object[]]>([
    ['postgres://u:p@a:5433,b:5434/d', a5433b5434],
    ['postgres://u:p@a,b/d?port=5433,5434', a5433b5434],
    ['postgres://u:p@/d?host=a,b&port=5433,5434', a5433b5434],
    [
      'postgres://a,b:5434/d',
      [
        { host: 'a', port: 5432 },
        { host: 'b', port: 5434 },
      ],
    ],
    [
      'postgres://u:p@/d?host=a,b&port=5433',
      [
        { host: 'a', port: 5433 },
        { host: 'b', port: 5433 },
      ],
    ],
    [
      'postgres://[::1]:5433,%2Frun%2Fdb/d',
      [
        { host: '::1', port: 5433 },
        { host: '/run/db', port: 5432 },
      ],
    ],
    [
      'postgres:///d?host=::1,/run/db',
      [
        { host: '::1', port: 5432 },
        { host: '/run/db', port: 5432 },
      ],
    ],
  ])('%s', async (url, hosts) => {
    expect((await read(url)).hosts).toEqual(hosts);
  });

  it('in any order, where the load is to be balanced', async () => {
    const { hosts } = await read('postgres://a,b,c/d?load_balance_hosts=random');
    expect(hosts.map(({ host }) => host).sort()).toEqual(['a', 'b', 'c']);
  });

  it('of which one is wanted that can write, unless the URL says otherwise', async () => {
    expect(await read('postgres://a/d')).toMatchObject({ sessionAttrs: 'any' });
    expect(await read('postgres://a,b/d')).toMatchObject({ sessionAttrs: 'read-write' });
    for (const sessionAttrs of ['any', 'read-write', 'primary'])
      expect(await read(`postgres://a,b/d?target_session_attrs=${sessionAttrs}`)).toMatchObject({
        sessionAttrs,
      });
  });
});

describe('a fault says what to do, and nothing of the password:', () => {
  it.each<[url: string, toDo: string]>([
    ['postgres://u:se#cret@h/d', '# as %23'],
    ['postgres://u:12#cret@h/d', '# as %23'],
    ['postgres://u:se?cret@h/d', '? as %3F'],
    ['postgres://u:12?cret@h/d', '? as %3F'],
    ['postgres://u:12?se=cret@h/d', '? as %3F'],
    ['postgres://u:12?sslrootcert=cret@h/d', '? as %3F'],
    ['postgres://u:se/cret@h/d', '/ as %2F'],
    ['postgres://u:12/cret@h/d', '/ as %2F'],
    ['postgres://u:se@12/cret@h/d', '/ as %2F'],
    ['postgres://u:%FFcret@h/d', '% as %25'],
    ['postgres://u:cret%00@h/d', '%00'],
    ['postgres://u:cret', 'from 1 to 65535'],
    ['postgres://u:cret@h:0/d', 'from 1 to 65535'],
    ['postgres://u:cret@h:65536/d', 'from 1 to 65535'],
    ['postgres://u:cret@h:5432,5433/d', 'a name'],
    ['postgres://u:cret@a,/d', 'a name'],
    ['postgres://u:cret@a:1,b:2/d?port=1,2,3', 'one for each'],
    ['postgres://u:cret@::1:5432/d', '[::1]'],
    ['postgres://u:cret@[zz]/d', 'a name'],
    [`postgres://u:cret@$\{DB_HOST}/d`, 'a name'],
    ['postgres://cret@host@$(DB_HOST)/d', 'a name'],
    ['postgres://', 'neither a host, a user nor a database'],
    ['postgres://:@:/', 'neither a host, a user nor a database'],
    ['mysql://u:cret@h/d', 'postgres://user:password@host:5432/database'],
    ['jdbc:postgresql://h/d?password=cret', 'postgres://user:password@host:5432/database'],
    ['host=h password=cret', 'postgres://user:password@host:5432/database'],
    ['cret', 'postgres://user:password@host:5432/database'],
    ['"postgres://u:cret@h/d"', 'quotation mark'],
    [' ', 'empty'],
    ['postgres://u:cret@h/d?cret', 'name=value'],
    ['postgres://u:cret@h/d?sslmode=cret', 'sslmode: must be one of disable, '],
    ['postgres://u:cret@h/d?ssl=cret', 'ssl: must be one of disable, '],
    ['postgres://u:cret@h/d?sslmodecret=require', 'about TLS'],
    ['postgres://u:cret@h/d?service=cret', 'service: is not known'],
    ['postgres://u:cret@h/d?target_session_attrs=standby', 'this service writes'],
    ['postgres://u:cret@h/d?lock_timeout=1s', 'milliseconds'],
  ])('%s', (url, toDo) => {
    const message = faultOf(url);
    expect(message).toContain(toDo);
    expect(message).not.toContain('cret');
  });

  it('whatever the password, and where it was left raw', () => {
    const piece = fc.stringMatching(/^[#?/%@:a-z0-9&=+. ]{1,8}$/);
    fc.assert(
      fc.property(piece, piece, (before, after) => {
        try {
          parseConnectionUrl(`postgres://u:${before}~~~${after}@h/d`, {});
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidConnectionUrl);
          expect(String((error as Error).stack)).not.toContain('~~~');
        }
      }),
      { numRuns: 200 },
    );
  });

  it('all of them at once', () => {
    const message = faultOf('postgres://u@h:0/d?sslmode=x&target_session_attrs=y');
    for (const name of ['port: ', 'sslmode: ', 'target_session_attrs: ']) expect(message).toContain(name);
  });
});

it('passes over what other programs and libpq have in their URLs', () => {
  const url =
    'postgres://u:p@h/d?pgbouncer=true&connection_limit=1&pool_timeout=0&schema=public&connect_timeout=10' +
    '&keepalives=1&channel_binding=require&sslmode=require&uselibpqcompat=true&statement_cache_mode=describe';
  expect(parseConnectionUrl(url, {}).client).toMatchObject({ user: 'u', enableChannelBinding: true });
});

describe('the environment', () => {
  const FULL = {
    ...{
      PGHOST: 'eh',
      PGPORT: '5499',
      PGUSER: 'eu',
      PGPASSWORD: 'ep',
      PGDATABASE: 'ed',
      PGOPTIONS: '-c a.b=1',
    },
    ...{ PGSSLMODE: 'require', PGTARGETSESSIONATTRS: 'primary', PGAPPNAME: 'ea' },
  };

  it('fills in what the URL leaves out', async () => {
    expect(await read('postgres:///', FULL)).toMatchObject({
      hosts: [{ host: 'eh', port: 5499 }],
      sessionAttrs: 'primary',
      ...{ user: 'eu', password: 'ep', database: 'ed', options: '-c a.b=1' },
    });
    expect(parseConnectionUrl('postgres:///', FULL).client.ssl).toEqual({ rejectUnauthorized: false });
  });

  it('has no say in what the URL gives', async () => {
    expect(
      await read(
        'postgres://u:p@h:5433/d?options=-c%20c.d%3D2&sslmode=disable&target_session_attrs=any',
        FULL,
      ),
    ).toEqual({
      hosts: [{ host: 'h', port: 5433 }],
      sessionAttrs: 'any',
      ...{ user: 'u', password: 'p', database: 'd', options: '-c c.d=2' },
    });
  });

  it('never names the sessions: the service does, or the URL', () => {
    expect(parseConnectionUrl('postgres:///', FULL).client.application_name).toBe('lastcall');
    expect(parseConnectionUrl('postgres://h/d?application_name=a', FULL).client.application_name).toBe('a');
  });

  it('is named where the fault is in it', () => {
    expect(faultOf('postgres://h/d', { ...ACCOUNT, PGSSLMODE: 'yes' })).toContain(
      'PGSSLMODE: must be one of',
    );
    expect(faultOf('postgres://h/d', { ...ACCOUNT, PGPORT: 'x' })).toContain('PGPORT: must be');
  });
});

it('says all that pg would otherwise look for in the environment, but for what the session leaves out', () => {
  const { client } = parseConnectionUrl('postgres://u@h/d', {});
  const parameters = () => {
    const made = new Client({ ...client, host: 'h', port: 1 });
    return { ...(made as unknown as { connectionParameters: object }).connectionParameters };
  };
  const before = parameters();
  const names = ['HOST', 'PORT', 'USER', 'PASSWORD', 'DATABASE', 'APPNAME', 'CLIENT_ENCODING', 'BINARY'];
  const set = [
    ...names.map((name) => [`PG${name}`, '1']),
    ['PGSSLMODE', 'require'],
    ['PGSSLNEGOTIATION', 'direct'],
  ];
  Object.assign(process.env, Object.fromEntries(set));
  try {
    // The last is kept, and then not used.
    expect(parameters()).toEqual({ ...before, binary: '1' });
  } finally {
    for (const [name] of set) delete process.env[name as string];
  }
});

it('has a password that no log prints, and that survives a copy', async () => {
  const { client } = parseConnectionUrl('postgres://u:secret@h/d', {});
  expect(JSON.stringify({ client })).not.toContain('secret');
  expect(await passwordOf({ ...client })).toBe('secret');
});
