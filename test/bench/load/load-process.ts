// A process of its own, so that the work of the load shares a thread with nothing. Told what to do over IPC.
import { createHistogram } from 'node:perf_hooks';
import { wholeRequest } from '../../../packages/drill/src/requests/request-bytes';
import { HEALTH, JOB } from '../../support/job-request';
import { LoadConnection } from './load-connection';
import type { LoadResult } from './load-result';

export type Command =
  | { readonly kind: 'open'; readonly port: number; readonly connections: number }
  | { readonly kind: 'run'; readonly seconds: number }
  | { readonly kind: 'post' }
  | { readonly kind: 'close' };

export type Reply = { readonly result: LoadResult | number | null } | { readonly error: string };

/** Below the listen backlog (511), so that no connect has to be repeated by the kernel. */
const PORTION = 200;
const HOST = 'bench';
const PROBE = wholeRequest(HEALTH.bytes('', HOST));
const WORK = wholeRequest(JOB.bytes('job-123', HOST));
const NS_PER_MS = 1e6;

let connections: LoadConnection[] = [];

async function open(port: number, count: number): Promise<void> {
  while (connections.length < count) {
    const portion = Math.min(PORTION, count - connections.length);
    const first = connections.length;
    connections.push(
      ...(await Promise.all(Array.from({ length: portion }, (_, index) => openOne(port, first + index)))),
    );
  }
}

/** A connection is open when it has been answered: until then the server may not have accepted it. */
async function openOne(port: number, number: number): Promise<LoadConnection> {
  const connection = await LoadConnection.open(port, number);
  await connection.exchange(PROBE);
  return connection;
}

/** Posts over every open connection until the time is over, and waits for the last answers. */
async function run(seconds: number): Promise<LoadResult> {
  // Three significant digits at any length, in a fixed amount of memory.
  const latencies = createHistogram({ lowest: 1, highest: 60_000 * NS_PER_MS, figures: 3 });
  let requests = 0;
  let inTime = 0;
  let failed = 0;
  const cpuBefore = process.cpuUsage();
  const began = performance.now();
  const end = began + seconds * 1000;

  const post = async (connection: LoadConnection) => {
    let sent = performance.now();
    while (sent < end) {
      const status = await connection.exchange(WORK);
      const answered = performance.now();
      latencies.record(Math.max(1, Math.round((answered - sent) * NS_PER_MS)));
      requests += 1;
      if (answered <= end) inTime += 1;
      if (status !== 201) failed += 1;
      sent = answered;
    }
  };
  // A connection that breaks has failed one request, and is not used again.
  await Promise.all(connections.map((connection) => post(connection).catch(() => (failed += 1))));

  const { user, system } = process.cpuUsage(cpuBefore);
  const percentile = (percent: number) => latencies.percentile(percent) / NS_PER_MS;
  return {
    requests,
    requestsPerSecond: inTime / seconds,
    latencyMs: { p50: percentile(50), p90: percentile(90), p99: percentile(99) },
    failed,
    generatorCpu: (user + system) / 1000 / (performance.now() - began),
  };
}

/** Posts once over every open connection, and waits for all answers. Resolves with how many were 201. */
async function post(): Promise<number> {
  const statuses = await Promise.all(
    connections.map((connection) => connection.exchange(WORK).catch(() => 'failed')),
  );
  return statuses.filter((status) => status === 201).length;
}

function close(): void {
  for (const connection of connections) connection.close();
  connections = [];
}

async function obey(command: Command): Promise<LoadResult | number | null> {
  if (command.kind === 'open') await open(command.port, command.connections);
  if (command.kind === 'run') return run(command.seconds);
  if (command.kind === 'post') return post();
  if (command.kind === 'close') close();
  return null;
}

process.on('message', (command: Command) => {
  obey(command).then(
    (result) => process.send?.({ result } satisfies Reply),
    (error) => process.send?.({ error: String(error) } satisfies Reply),
  );
});
process.on('disconnect', close);
