import { statSync } from 'node:fs';
import { fillIn } from '../requests/placeholders';
import type { Faults } from './faults';
import type { ScenarioWords } from './schema';
import { socketContradictions } from './web-sockets';

/** Says what is missing, what does not go together, and what can be seen to be wrong without running anything. */
export function contradictions(words: ScenarioWords, faults: Faults): void {
  const { target, parallel = 1 } = words;
  const given = (...names: (keyof ScenarioWords)[]) => names.filter((name) => words[name] !== undefined);
  const ofTarget = given('start', 'stop', 'gone', 'kill');
  const ofCommand = given('command', 'cwd', 'env', 'port', 'yardstick', 'signal');
  const sources = given('effects', 'effectsSql', 'effectsLog');
  const named = (names: readonly string[]) => names.map(optionOf).join(', ');
  const say = (isWrong: boolean, text: string) => faults.say(isWrong, text);
  for (const text of socketContradictions(words, sources.length > 0)) say(true, text);
  say(
    target === undefined && words.command === undefined,
    'which server? A command after --, such as "-- node server.js", or --target and --stop for one that runs already',
  );
  say(
    target !== undefined && ofCommand.length > 0,
    `${named(ofCommand)}: not for a --target, which the drill does not start`,
  );
  say(target === undefined && ofTarget.length > 0, `${named(ofTarget)}: only for a --target`);
  say(
    target !== undefined && words.stop === undefined,
    '--target wants --stop, the command that tells it to stop',
  );
  say(target !== undefined && parallel > 1, '--parallel: a --target can be stopped only once at a time');
  say(
    words.port !== undefined && parallel > 1,
    '--parallel: a server that always takes the same --port can run only once',
  );
  say(
    target !== undefined && words.exit !== undefined && words.gone === undefined,
    '--exit wants --gone, which prints the exit code of a --target',
  );
  say(
    sources.length > 0 && !asksForIds(words),
    `${named(sources)}: no request has {{id}}, by which its effect could be found`,
  );
  say(sources.length > 1, `${named(sources)}: effects are looked up in one place only`);
  say(
    words.effectsMatch !== undefined && words.effectsLog === undefined,
    '--effects-match is for --effects-log',
  );
  say(words.effectsUrl !== undefined && words.effectsSql === undefined, '--effects-url is for --effects-sql');
  say(words.reset !== undefined && words.effects === undefined, '--reset is for --effects');
  say(words.resetSql !== undefined && words.effectsSql === undefined, '--reset-sql is for --effects-sql');
  const hasOwn = words.postgres !== undefined && words.postgres !== false;
  say(
    words.effectsUrl !== undefined && hasOwn,
    '--effects-url: with --postgres it is the one that the drill makes',
  );
  const url = words.effectsUrl ?? process.env.DATABASE_URL;
  say(
    words.effectsSql !== undefined && !hasOwn && (url ?? '') === '',
    '--effects-sql wants --effects-url, or DATABASE_URL, or --postgres',
  );
  say(
    words.effectsSql !== undefined && !hasOwn && parallel > 1,
    '--parallel: several servers on one database cannot be told apart; --postgres gives each its own',
  );
  say(words.cwd !== undefined && !isFolder(words.cwd), `--cwd: there is no folder ${words.cwd}`);
  const port = { port: '' };
  for (const word of [words.command ?? []].flat()) faults.catch('the command', () => fillIn(word, port));
  for (const value of Object.values(words.env ?? {})) faults.catch('--env', () => fillIn(value, port));
  faults.catch('--yardstick', () => fillIn(words.yardstick ?? '', port));
  if (typeof words.postgres === 'string')
    say(
      !isPostgresUrl(words.postgres),
      '--postgres: it should be a URL such as postgres://user@127.0.0.1:5432/postgres',
    );
}

/** Whether anything is sent by which an effect could be found again. */
function asksForIds({ requests = [], message = '' }: ScenarioWords): boolean {
  const sent = requests.flatMap(({ request, headers, body }) => [request, headers, body]);
  return /\{\{\s*id\s*\}\}/.test(JSON.stringify([sent, message]));
}

function isFolder(name: string): boolean {
  return statSync(name, { throwIfNoEntry: false })?.isDirectory() === true;
}

function isPostgresUrl(text: string): boolean {
  return URL.canParse(text) && /^postgres(?:ql)?:$/.test(new URL(text).protocol);
}

/** `effectsSql` as a user of the command line knows it. */
export function optionOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
