import { stringify } from 'yaml';
import type { ScenarioWords } from '../../scenario/schema';

const SCHEMA_URL = 'https://unpkg.com/lastcall-drill/schema/scenario.schema.json';

interface Section {
  readonly comment: string;
  /** What may stand there, with an example of each. */
  readonly members: ScenarioWords;
}

const OWN_SERVER: Section = {
  comment: 'The server. It is told its port by the variable PORT, or by {{port}} in the line.',
  members: { command: 'node server.js', cwd: '.', env: { LOG_LEVEL: 'warn' }, port: 3000, signal: 'SIGTERM' },
};

const TARGET: Section = {
  comment: 'A server that somebody else has started, and the shell lines that stop and start it.',
  members: {
    target: 'http://127.0.0.1:8080',
    stop: 'docker kill -s TERM web',
    gone: 'docker wait web',
    start: 'docker start web',
    kill: 'docker kill web',
  },
};

const COMMON: readonly Section[] = [
  {
    comment: 'When it is ready, and when it has stopped as it should.',
    members: { ready: 'GET /healthz', readyTimeout: '30s', grace: '15s', exit: [0], tls: true },
  },
  {
    comment: 'What is sent, and what a right answer is. {{id}} stands for an id of its own.',
    members: { requests: [{ request: 'GET /' }], id: 'uuid' },
  },
  {
    comment:
      'Where the effects are found when the server has gone. Without that, a request without an answer is "effect unknown".',
    members: {
      postgres: true,
      effects: 'cat orders.txt',
      reset: 'rm -f orders.txt',
      effectsSql: 'select name from orders',
      effectsUrl: 'postgres://user@127.0.0.1:5432/shop',
      resetSql: 'truncate orders',
      effectsLog: 'server.log',
      effectsMatch: 'order stored',
    },
  },
  {
    comment: 'The load: all, load, or names of modes; see --help.',
    members: { mode: 'load', trials: 20, clients: 32, parallel: 2, clientsStop: '2s', refusals: false },
  },
  { comment: 'Reports.', members: { json: 'drill.json', junit: 'drill.xml', report: 'drill.html' } },
];

/** A file that a scenario can be read from again. What the scenario does not say stands there as a comment. */
export function scenarioYaml(words: ScenarioWords, file: string): string {
  const sections = [words.target === undefined ? OWN_SERVER : TARGET, ...COMMON];
  return [
    `# yaml-language-server: $schema=${SCHEMA_URL}`,
    `# Run it with: npx lastcall-drill --config ${file}`,
    '# What begins with "# name:" is an example of what else may be said.',
    ...sections.map((section) => written(section, words).trimEnd()),
    '',
  ].join('\n');
}

function written({ comment, members }: Section, words: ScenarioWords): string {
  const lines = Object.entries(members).map(([name, example]) => {
    const value = words[name as keyof ScenarioWords];
    return value === undefined ? `# ${yaml(name, example, true)}` : yaml(name, value, false);
  });
  return `\n# ${comment}\n${lines.join('')}`;
}

/** @param isShort on a single line */
function yaml(name: string, value: unknown, isShort: boolean): string {
  const text = stringify({ [name]: value }, { lineWidth: 0, ...(isShort && { collectionStyle: 'flow' }) });
  return isShort ? `${text.trim().replace(/^\{\s*|\s*\}$/g, '')}\n` : text;
}
