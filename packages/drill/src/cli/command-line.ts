import { Command, Option } from 'commander';
import { MODE_NAMES } from '../modes';
import { ID_STYLES } from '../requests/ids';
import { optionOf } from '../scenario/contradictions';
import { readScenarioFile } from '../scenario/scenario-file';
import type { ScenarioWords } from '../scenario/schema';
import { checkWords } from '../scenario/words';
import { EXAMPLES } from './examples';
import { RequestOptions } from './request-options';
import { each, exits, numeric, signalName, variables } from './values';

/**
 * The options, as they stand in `--help`. The completion of shells goes by them too: a `<file>` is completed as a file, for
 * one (see completion/values.ts).
 */
export function commandLine(version: string, requests = new RequestOptions()): Command {
  const command = new Command('lastcall-drill')
    .description('Tells a server to stop under load, and accounts for the fate of every single request.')
    .usage('[options] -- <command that starts the server>')
    .argument('[command...]', 'the server, told its port by PORT or {{port}}')
    .version(version)
    .passThroughOptions()
    .showSuggestionAfterError()
    .configureHelp({ helpWidth: 110 })
    .addHelpText('after', EXAMPLES);
  const group = (title: string) => command.optionsGroup(`${title}:`);
  group('The server; a <time> is 500ms, 15s, 2m or a number of milliseconds');
  command
    .option('--config <file>', 'a file of YAML or JSON with all of this; `lastcall-drill init` writes one')
    .option('--cmd <line>', 'the same as the command after --, as a shell line')
    .option('--cwd <folder>', 'where it is started')
    .option('--env <name=value>', 'a variable for it; may be repeated', each)
    .option('--port <n>', 'where it listens, when it does not heed PORT', numeric)
    .option(
      '--ready <request>',
      'asks whether it is ready, such as "GET /healthz" (default: any answer to GET /)',
    )
    .option('--ready-timeout <time>', 'how long a start may take (default: 30s)', numeric)
    .option('--signal <signal>', 'what it is told to stop by (default: SIGTERM)')
    .option('--grace <time>', 'from the signal to SIGKILL (default: 15s)', numeric)
    .option('--exit <codes>', 'the exit codes that are right, such as 0,143 or SIGTERM (default: 0)', exits)
    .option('--tls [file]', 'it speaks TLS; any certificate will do, unless a PEM file has the one of its CA')
    .option(
      '--postgres [url]',
      'gives it an empty Postgres in DATABASE_URL: a throw-away one, or in that server',
    );
  group('A server that runs already');
  command
    .option('--target <url>', 'where it is')
    .option('--stop <line>', 'tells it to stop, such as "docker kill -s TERM web"')
    .option('--gone <line>', 'ends when it has gone, such as "docker wait web"')
    .option('--start <line>', 'starts it again for each trial, such as "docker start web"')
    .option('--kill <line>', 'ends it by force after the grace period');
  group(
    'What is sent, and what comes back; {{id}} stands for an id of its own. Each belongs to the --request before it, or to all',
  );
  requests.declare(command);
  command.addOption(
    new Option('--id <style>', 'uuid is for servers that take nothing else (default: text)').choices(
      ID_STYLES,
    ),
  );
  group('What else the server speaks');
  command
    .option(
      '--stream <request>',
      'opens a stream that goes on until the server ends it, such as "GET /events"',
    )
    .option('--websocket <path>', 'where it speaks WebSocket')
    .option('--message <text>', 'what is sent there, such as {"name":"{{id}}"}')
    .option('--ack <text>', 'what a message contains that acknowledges it, such as {{id}}')
    .option(
      '--goodbye <text>',
      'a message after which clients say no more, and which they echo as their last word',
    )
    .option('--h2', 'it speaks HTTP/2, with --tls by ALPN, else with prior knowledge');
  group('Effects, by their ids: without one of these an unanswered request is "effect unknown"');
  command
    .option('--effects <line>', 'a command that prints an id a line, run when the server has gone')
    .option('--effects-sql <query>', "the same as a query to Postgres, when the server's sessions have ended")
    .option('--effects-url <url>', 'its database (default: DATABASE_URL)')
    .option('--effects-log <file>', 'a log: each line with an id is an effect')
    .option('--effects-match <regex>', 'only lines of the log that match')
    .option('--reset <line>', 'takes all effects away after each trial')
    .option('--reset-sql <statement>', 'the same for --effects-sql');
  group('The load');
  command
    .option('--mode <modes>', `all, load, or any of ${MODE_NAMES.join(', ')} (default: load)`)
    .option('--trials <n>', 'how often it is told to stop, in each mode (default: 20)', numeric)
    .option('--clients <n>', 'how many clients load it (default: 32)', numeric)
    .option('--parallel <n>', 'trials at the same time (default: 1)', numeric)
    .option('--seed <n>', 'repeats the plan of random moments', numeric)
    .option(
      '--clients-stop <time>',
      'clients start nothing new this long after the signal (default: never)',
      numeric,
    )
    .option('--no-refusals', 'a 503 or 4xx is a fault where every request can be carried out')
    .option('--yardstick <line>', 'the server beside which the time to exit is measured');
  group('Reports');
  command
    .option('--json <file>', 'the result, see schema/report.schema.json')
    .option('--junit <file>', 'JUnit XML')
    .option('--report <file>', 'a page of HTML with a picture of a trial of each mode')
    .option('--summary <file>', 'Markdown, added to the file: for $GITHUB_STEP_SUMMARY');
  group('Help');
  return command;
}

/** Not words of a scenario, or words of it by another name. */
const OWN = [
  'config',
  'cmd',
  'request',
  'header',
  'body',
  'weight',
  'expect',
  'expectBody',
  'expectJson',
  'expectHeader',
];

/**
 * Reads the command line, and the file that it names. What stands on the command line goes before the file.
 * @throws UsageError, and what commander throws, for a mistake
 */
export function readCommandLine(argv: readonly string[], version: string): ScenarioWords {
  const requests = new RequestOptions();
  const command = commandLine(version, requests)
    .exitOverride()
    .parse([...argv], { from: 'user' });
  const options = command.opts<Record<string, unknown>>();
  const given = Object.fromEntries(
    Object.entries(options).filter(
      ([name]) => !OWN.includes(name) && command.getOptionValueSource(name) === 'cli',
    ),
  );
  const server = command.args.length > 0 ? command.args : options.cmd;
  const { faults } = requests;
  faults.say(
    command.args.length > 0 && options.cmd !== undefined,
    '--cmd, or a command after --, but not both',
  );
  const { env } = given;
  const words = faults.catch('', () =>
    checkWords(
      {
        ...given,
        ...(typeof given.signal === 'string' && { signal: signalName(given.signal) }),
        ...(Array.isArray(env) && { env: faults.catch('--env', () => variables(env)) }),
        ...(server !== undefined && { command: isShellLine(server) ? server[0] : server }),
        ...(requests.words() !== undefined && { requests: requests.words() }),
      },
      placeOnCommandLine,
    ),
  );
  const { config } = options;
  const file = typeof config === 'string' ? faults.catch('--config', () => readScenarioFile(config)) : {};
  faults.end();
  return words === undefined || file === undefined ? {} : { ...without(file, replacedBy(words)), ...words };
}

/** Words that belong together: who says one of them anew does not mean the others of the file. */
const TOGETHER: readonly (readonly (keyof ScenarioWords)[])[] = [
  ['command', 'target', 'cwd', 'env', 'port', 'yardstick', 'stop', 'gone', 'start', 'kill'],
  ['effects', 'effectsSql', 'effectsLog', 'effectsUrl', 'effectsMatch', 'reset', 'resetSql'],
];

/** The first ones of each replace all of them. */
const LEADERS: readonly (keyof ScenarioWords)[] = [
  'command',
  'target',
  'effects',
  'effectsSql',
  'effectsLog',
];

function replacedBy(words: ScenarioWords): (keyof ScenarioWords)[] {
  return TOGETHER.filter((names) => names.some((name) => LEADERS.includes(name) && name in words)).flat();
}

function without(words: ScenarioWords, names: readonly string[]): ScenarioWords {
  return Object.fromEntries(Object.entries(words).filter(([name]) => !names.includes(name)));
}

/** A single word with a space in it is no program's name. */
function isShellLine(server: unknown): server is [string] {
  return Array.isArray(server) && server.length === 1 && /\s/.test(String(server[0]));
}

function placeOnCommandLine(path: string): string {
  const member = /^requests\[\d+\]\.(?:expect\.)?(\w+)/.exec(path);
  if (member === null) return path === 'command' ? 'the command' : optionOf(path.replace(/[.[].*/, ''));
  const isExpected = path.includes('.expect.') && member[1] !== 'status';
  if (path.includes('.expect.status')) return '--expect';
  return isExpected ? `--expect-${member[1]}` : `--${member[1]}`;
}
