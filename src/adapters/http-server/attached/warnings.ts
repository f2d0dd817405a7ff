import type { Server } from 'node:http';

/** Node's default (20 to 26), which loses requests: balancers keep their connections for 60 s. */
const SHORT_KEEP_ALIVE_MS = 5_000;

const said = new Set<string>();

/** Says it once in the process's life. */
export function warn(code: string, text: string): void {
  if (said.has(text)) return;
  said.add(text);
  process.emitWarning(text, { type: 'LastcallDrainWarning', code: `LASTCALL_${code}` });
}

export function warnOfShortKeepAlive({ keepAliveTimeout }: Server): void {
  if (!(keepAliveTimeout > 0 && keepAliveTimeout <= SHORT_KEEP_ALIVE_MS)) return;
  warn(
    'KEEP_ALIVE_TIMEOUT',
    `keepAliveTimeout is ${keepAliveTimeout} ms, shorter than a balancer keeps its connections (60 s in nginx and AWS ALB): it ` +
      'will send requests into connections that are just being closed, in everyday running too. ' +
      'Set server.keepAliveTimeout = 75_000, or what is longer than yours.',
  );
}
