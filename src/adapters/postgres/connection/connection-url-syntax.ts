/** Says what is wrong with a URL, and what to do; never what stands in it, since that may be a password. */
export class InvalidConnectionUrl extends Error {
  constructor(fault: string) {
    super(fault);
    this.name = 'InvalidConnectionUrl';
  }
}

/** For whoever does not know the form. */
export const EXAMPLE_URL = 'postgres://user:password@host:5432/database';
/** What to do about a character that means something in a URL. */
export const ENCODE =
  'in a user, a password or a name, write # as %23, ? as %3F, / as %2F, @ as %40, : as %3A and % as %25';

/** Parameters whose value may well have an `@` that is not encoded. Elsewhere it is the end of a password with a raw `?`. */
const MAY_HAVE_AT = ['user', 'password', 'dbname', 'host', 'options', 'application_name', 'sslpassword'];

/**
 * Takes a connection URL apart, into decoded settings by libpq's names; of two the later one counts. `host` and `port`
 * may be lists, with commas.
 *
 * The forms are libpq's (Postgres documentation, 32.1.1.2), with several hosts, and those that pg knows besides: `socket:`
 * URLs, and `/folder database`. Like pg it forgives an `@` in a password, and a `%` that begins no code; unlike a WHATWG
 * URL it has no fragment.
 *
 * @throws {InvalidConnectionUrl}
 */
export function takeApart(url: string): ReadonlyMap<string, string> {
  // As in a WHATWG URL: a file or a template has broken it into lines.
  const text = url.replace(/[\t\r\n]/g, '').trim();
  if (text === '') throw new InvalidConnectionUrl(`it is empty: give a URL like ${EXAMPLE_URL}`);
  if (/^["'`]/.test(text)) {
    throw new InvalidConnectionUrl(
      'it begins with a quotation mark, which is taken literally here: leave it out',
    );
  }
  if (text.startsWith('/')) return folderAndDatabase(text);
  const scheme = /^(?:postgres(?:ql)?:\/\/|(socket):(?:\/\/)?)/i.exec(text);
  if (!scheme) throw new InvalidConnectionUrl(`must be a URL like ${EXAMPLE_URL}`);
  if (text.includes('#')) throw new InvalidConnectionUrl(`it has a # in it: ${ENCODE}`);

  const rest = text.slice(scheme[0].length);
  const [beforeQuery, query] = cut(rest, rest.indexOf('?'));
  const [authority, path] = cut(beforeQuery, beforeQuery.indexOf('/'));
  // Else `user:12/34@host` would be the port 12 of a host `user`.
  if (path.includes('@')) throw new InvalidConnectionUrl(`it has a / or an @ too many: ${ENCODE}`);
  const at = authority.lastIndexOf('@');
  const [user, password] = cut(authority.slice(0, Math.max(0, at)), authority.indexOf(':'));
  const isSocket = scheme[1] !== undefined;
  const settings = new Map<string, string>([
    ['user', decode(user)],
    ['password', decode(password)],
    ...hostsAndPorts(authority.slice(at + 1)),
    isSocket ? ['host', decode(`/${path}`)] : ['dbname', decode(path)],
  ]);
  for (const parameter of query.split('&').filter((parameter) => parameter !== '')) {
    const [name, value] = cut(parameter, parameter.indexOf('='));
    if (
      !/^[\w.-]+$/.test(name) ||
      name === parameter ||
      (value.includes('@') && !MAY_HAVE_AT.includes(name))
    ) {
      throw new InvalidConnectionUrl(`what stands after its ? is not name=value: ${ENCODE}`);
    }
    // A + is a space, as in pg.
    settings.set(isSocket && name === 'db' ? 'dbname' : name, decode(value.replaceAll('+', ' ')));
  }
  return settings;
}

/** pg's short form for a Unix socket. */
function folderAndDatabase(text: string): ReadonlyMap<string, string> {
  const [host = '', dbname = ''] = text.split(/\s+/);
  return new Map([
    ['host', host],
    ['dbname', dbname],
  ]);
}

function hostsAndPorts(text: string): [name: string, list: string][] {
  const entries = text.split(',').map((entry) => {
    const parts = /^(\[[^\]]*\]|[^:[\]]*)(?::([^:]*))?$/.exec(entry);
    if (!parts)
      throw new InvalidConnectionUrl(
        `its host has a colon too many; an IPv6 address goes into brackets, [::1]; ${ENCODE}`,
      );
    return { host: decode(parts[1] as string), port: parts[2] ?? '' };
  });
  const ports = entries.map(({ port }) => port);
  return [
    ['host', entries.map(({ host }) => host).join(',')],
    // With no port at all, PGPORT may say it.
    ['port', ports.some((port) => port !== '') ? ports.join(',') : ''],
  ];
}

function decode(text: string): string {
  let decoded: string;
  try {
    decoded = decodeURIComponent(text.replace(/%(?![0-9a-f]{2})/gi, '%25'));
  } catch {
    // Not as the cause: Node's error may hold the text.
    throw new InvalidConnectionUrl(`a % in it begins the code of no character: ${ENCODE}`);
  }
  if (decoded.includes('\0'))
    throw new InvalidConnectionUrl('it has a %00 in it, which Postgres does not know');
  return decoded;
}

/** What stands before and after the character at `index`; all of it is before where there is none (-1). */
function cut(text: string, index: number): [before: string, after: string] {
  return index < 0 ? [text, ''] : [text.slice(0, index), text.slice(index + 1)];
}
