import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Endpoint, TlsTrust } from '../client/endpoint';
import { effectsOfCommand } from '../effects/command';
import type { OpenEffects } from '../effects/effects';
import { effectsOfLog } from '../effects/log-file';
import { effectsOfSql } from '../effects/sql';
import { modesNamed, WORDED_MODES } from '../modes';
import type { Means, Mode, Requests } from '../modes/mode';
import { Ids } from '../requests/ids';
import { RequestMix } from '../requests/request-mix';
import { RequestTemplate } from '../requests/request-template';
import type { DrillPlan } from '../run/run-drill';
import { commandServer } from '../server/command-server';
import type { StartServer } from '../server/drilled-server';
import { untilFree } from '../server/port-in-use';
import { readyCheck } from '../server/ready';
import { runningServer } from '../server/running-server';
import { contradictions } from './contradictions';
import { Faults } from './faults';
import { milliseconds, type ScenarioWords } from './schema';
import { streamOf } from './streams';
import { messagesOf } from './web-sockets';
import { messageOf, UsageError } from './words';

/** A drill that has been understood. What is left to do is to start a Postgres, where one is asked for. */
export interface Scenario extends Omit<DrillPlan, 'lanes' | 'onTrial'> {
  /** How many trials run at the same time. */
  readonly parallel: number;
  /** A throw-away Postgres, one that exists, or none. */
  readonly postgres: boolean | string;
  /** For reports. */
  readonly title: string;
  /** What the server is told to stop by; null: a command. */
  readonly stopSignal: NodeJS.Signals | null;
  /** Modes that were left out, and what they lack. */
  readonly leftOut: readonly { readonly mode: Mode; readonly lacks: string }[];
}

/** The server's variables, for commands that run when its port is nobody's any more. */
function withoutPlaces(env: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => !value.includes('{{')));
}

/** The place of the probe's template, which is none of the requests'. */
const PROBE = -1;

/** Where the yardstick comes from when nobody names one: a bare node:http server. */
const BARE_SERVER = path.join(__dirname, 'bare-server.js');

/**
 * Makes sense of what was said.
 * @throws UsageError that says what is missing, contradicts itself or is not known
 */
export function scenarioOf(words: ScenarioWords): Scenario {
  const faults = new Faults();
  contradictions(words, faults);
  const requests = requestsOf(words, faults);
  const ids = new Ids(words.id);
  const ownServer = words.target === undefined;
  const means: Means = { ...requests, canFreeze: ownServer, canCompare: ownServer };
  const modes = faults.catch('--mode', () => modesOf(words, means));
  const trust = faults.catch('--tls', () => trustOf(words));
  const effects = faults.catch('--effects-match', () => effectsOf(words, ids));
  faults.end();
  const postgres = words.postgres ?? false;
  return {
    ...serversOf(words, requests.ready, trust),
    requests,
    ids,
    effects: effects ?? null,
    modes: modes?.modes ?? [],
    leftOut: modes?.leftOut ?? [],
    trials: words.trials ?? (ownServer || words.start !== undefined ? 20 : 1),
    clients: words.clients ?? 32,
    parallel: words.parallel ?? 1,
    seed: words.seed ?? 1,
    graceMs: milliseconds(words.grace ?? 15_000),
    expectedExits: words.exit ?? [0],
    clientsStopMs: words.clientsStop === undefined ? undefined : milliseconds(words.clientsStop),
    noRefusals: words.refusals === false,
    postgres,
    stopSignal: ownServer ? signalOf(words) : null,
    title: words.target ?? [words.command ?? ''].flat().join(' '),
  };
}

function requestsOf(words: ScenarioWords, faults: Faults): Requests {
  const { requests = [{ request: 'GET /' }], ready } = words;
  const templates = requests.map((request, index) =>
    faults.catch(`request ${request.request}`, () => new RequestTemplate(request, index)),
  );
  const asked = faults.catch('--ready', () =>
    ready === undefined ? undefined : new RequestTemplate({ request: ready }, PROBE),
  );
  return {
    mix: new RequestMix(templates.filter((template) => template !== undefined)),
    stream: faults.catch('--stream', () => streamOf(words.stream, templates.length)) ?? null,
    messages: faults.catch('--websocket', () => messagesOf(words, templates.length + 1)) ?? null,
    h2: words.h2 === true,
    ready: asked ?? null,
  };
}

function modesOf({ mode = 'load' }: ScenarioWords, means: Means): Pick<Scenario, 'modes' | 'leftOut'> {
  const named = [mode].flat().flatMap((names) => names.split(',').map((name) => name.trim()));
  const worded = WORDED_MODES.filter((mode) => (mode.lacks?.(means) ?? null) === null);
  const wanted = modesNamed(named.join(','), worded);
  const lacking = wanted.flatMap((mode) => {
    const lacks = mode.lacks?.(means) ?? null;
    return lacks === null ? [] : [{ mode, lacks }];
  });
  const asked = lacking.filter(({ mode }) => named.includes(mode.name));
  if (asked.length > 0)
    throw new UsageError(asked.map(({ mode, lacks }) => `--mode ${mode.name} wants ${lacks}`).join('\n'));
  return { modes: wanted.filter((mode) => lacking.every((left) => left.mode !== mode)), leftOut: lacking };
}

function serversOf(
  words: ScenarioWords,
  ready: RequestTemplate | null,
  trust: TlsTrust | undefined,
): { startServer: StartServer; startYardstick?: StartServer } {
  const readyTimeoutMs = milliseconds(words.readyTimeout ?? 30_000);
  const check = readyCheck(ready, readyTimeoutMs, words.h2);
  if (words.target !== undefined) {
    const { start, stop = '', gone, kill } = words;
    return {
      startServer: runningServer({
        endpoint: endpointOf(words.target, trust),
        start,
        stop,
        gone,
        kill,
        ready: check,
      }),
    };
  }
  const options = {
    command: words.command ?? '',
    cwd: words.cwd ?? process.cwd(),
    env: words.env ?? {},
    port: words.port,
    tls: trust,
    signal: signalOf(words),
    ready: check,
  };
  const bare = {
    ...options,
    command: [process.execPath, BARE_SERVER],
    tls: undefined,
    signal: 'SIGTERM' as const,
    ready: readyCheck(null, readyTimeoutMs),
  };
  const yardstick = words.yardstick === undefined ? bare : { ...options, command: words.yardstick };
  return {
    startServer: whenFree(words.port, commandServer(options)),
    startYardstick: commandServer(yardstick),
  };
}

function signalOf({ signal = 'SIGTERM' }: ScenarioWords): NodeJS.Signals {
  return signal as NodeJS.Signals;
}

/** Whoever listens on the port already would be taken for the server. */
function whenFree(port: number | undefined, start: StartServer): StartServer {
  if (port === undefined) return start;
  return async (lane) => {
    await untilFree(port);
    return start(lane);
  };
}

function trustOf({ tls, target }: ScenarioWords): TlsTrust | undefined {
  if (typeof tls === 'string') {
    try {
      const ca = readFileSync(tls);
      new X509Certificate(ca); // so that a mistake is told at the start
      return { ca, anyName: target === undefined };
    } catch (error) {
      throw new Error(`the certificate cannot be read: ${messageOf(error)}`);
    }
  }
  return tls === true || target?.startsWith('https:') === true ? {} : undefined;
}

function endpointOf(target: string, trust: TlsTrust | undefined): Endpoint {
  const { hostname, port, protocol } = new URL(target);
  const host = hostname.replace(/^\[|\]$/g, '');
  const isName = /[a-z]/i.test(host) && !host.includes(':');
  const tls = trust !== undefined && isName ? { ...trust, serverName: host } : trust;
  const usual = protocol === 'https:' ? 443 : 80;
  return { host, port: port === '' ? usual : Number(port), ...(tls !== undefined && { tls }) };
}

function effectsOf(words: ScenarioWords, ids: Ids): OpenEffects | null {
  const hasOwn = words.postgres !== undefined && words.postgres !== false;
  if (words.effects !== undefined)
    return effectsOfCommand({
      list: words.effects,
      env: withoutPlaces(words.env ?? {}),
      reset: words.reset,
      isShared: !hasOwn,
    });
  if (words.effectsSql !== undefined) {
    const url = hasOwn ? undefined : (words.effectsUrl ?? process.env.DATABASE_URL);
    return effectsOfSql({ query: words.effectsSql, url, reset: words.resetSql });
  }
  if (words.effectsLog === undefined) return null;
  const { effectsLog, effectsMatch } = words;
  const match = effectsMatch === undefined ? undefined : new RegExp(effectsMatch);
  return effectsOfLog({ file: effectsLog, match, holdsId: (line) => ids.find(line) !== null });
}
