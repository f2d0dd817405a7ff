/**
 * Which farewell do idle connections take best? `node --require tsx/cjs test/bench/farewell/main.ts [requests]`
 *
 * Clients with random gaps against a server that closes each connection at a random moment after its last answer,
 * so that requests and farewells race all the time, once with a bare FIN and once with 408 and FIN. nginx and
 * haproxy have to be on the PATH.
 */
import { agentClient, type Client, fetchClient, type Method, type Outcome } from './clients';
import { type Farewell, hastyServer } from './hasty-server';
import { haproxy, nginx, type RunningProxy } from './proxies';

const REQUESTS = Number(process.argv[2] ?? 2_000);
const MAX_GAP_MS = 6;
const LOOPS = 8;

interface Way {
  readonly name: string;
  readonly client: () => Client;
  readonly proxy?: (upstream: number) => Promise<RunningProxy>;
}

const WAYS: readonly Way[] = [
  { name: 'fetch (undici 7)', client: fetchClient },
  { name: 'http.Agent', client: agentClient },
  { name: 'nginx', client: agentClient, proxy: nginx },
  { name: 'HAProxy', client: agentClient, proxy: haproxy },
];

async function trial({ client: makeClient, proxy: makeProxy }: Way, method: Method, farewell: Farewell) {
  const server = await hastyServer(farewell, MAX_GAP_MS);
  const proxy = await makeProxy?.(server.port);
  const client = makeClient();
  const outcomes = new Map<Outcome, number>();
  let [next, phantoms] = [0, 0];
  const loop = async () => {
    while (next < REQUESTS) {
      const id = String(next++);
      const outcome = await client(proxy?.port ?? server.port, method, id);
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      if (outcome !== 200 && server.ran.has(id)) phantoms += 1;
      await new Promise((resolve) => setTimeout(resolve, Math.random() * MAX_GAP_MS));
    }
  };
  await Promise.all(Array.from({ length: LOOPS }, loop));
  server.close();
  await proxy?.close();
  const failures = Object.fromEntries([...outcomes].filter(([outcome]) => outcome !== 200));
  return { farewells: server.farewells, failures: JSON.stringify(failures), 'ran unanswered': phantoms };
}

async function main() {
  const rows: object[] = [];
  for (const way of WAYS) {
    for (const method of ['GET', 'POST'] as const) {
      for (const farewell of ['fin', '408'] as const) {
        rows.push({ way: way.name, method, farewell, ...(await trial(way, method, farewell)) });
      }
    }
  }
  console.table(rows);
}

void main();
