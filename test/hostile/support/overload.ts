import { connect } from 'node:net';
import { quantile } from 'simple-statistics';
import { assertDescribed } from '../../support/openapi';
import { answersIn, type RawAnswer } from '../../support/raw-client';
import { exchange, HOST, postWork } from './requests';
import type { Service } from './service';

/** What {@link slowDatabase} lets a service with these settings store in a second. */
export const CAPACITY_PER_S = 20;
export const SETTINGS = { COMMIT_BATCH_MAX: '1', COMMIT_CONCURRENCY: '2' };

/** Makes each statement take 100 ms: 2 at a time of 1 row each are 20 rows a second. */
export async function slowDatabase(service: Service): Promise<void> {
  await service.query(`
    create function wait_a_little() returns trigger language plpgsql as
      $$ begin perform pg_sleep(0.1); return null; end $$;
    create trigger slow after insert on jobs for each statement execute function wait_a_little()`);
}

export interface Load {
  readonly offered: number;
  readonly accepted: number;
  /** Answered 503 with `Retry-After`. */
  readonly refused: number;
  readonly acceptedP50Ms: number;
  readonly acceptedMaxMs: number;
  readonly refusedP50Ms: number;
  readonly refusedP99Ms: number;
  /** The most requests that were with the service at once. */
  readonly heldPeak: number;
}

/** Offers requests at a rate, whether or not earlier ones have been answered, one connection each. */
export async function offer(service: Service, ratePerS: number, seconds: number): Promise<Load> {
  const accepted: number[] = [];
  const refused: number[] = [];
  const under: Promise<void>[] = [];
  let heldPeak = 0;
  const startedAt = performance.now();
  for (let elapsed = 0; elapsed < seconds * 1_000; elapsed = performance.now() - startedAt) {
    for (const due = (elapsed / 1_000) * ratePerS; under.length < due; ) {
      under.push(one(service.port, accepted, refused));
    }
    heldPeak = Math.max(heldPeak, await held(service));
  }
  await Promise.all(under);
  return {
    offered: under.length,
    accepted: accepted.length,
    refused: refused.length,
    acceptedP50Ms: quantile(accepted, 0.5),
    acceptedMaxMs: Math.max(...accepted),
    refusedP50Ms: refused.length > 0 ? quantile(refused, 0.5) : 0,
    refusedP99Ms: refused.length > 0 ? quantile(refused, 0.99) : 0,
    heldPeak,
  };
}

/** The requests at a handler, by the service's own count. */
async function held(service: Service): Promise<number> {
  const { answers } = await exchange(service.port, `GET /metrics HTTP/1.1\r\n${HOST}\r\n`);
  return Number(/^lastcall_http_connections\{state="active"\} (\d+)$/m.exec(answers[0]?.body ?? '')?.[1]);
}

async function one(port: number, accepted: number[], refused: number[]): Promise<void> {
  const startedAt = performance.now();
  const answer = await firstAnswer(port, postWork('{"name":"load"}'));
  const tookMs = performance.now() - startedAt;
  assertDescribed('POST', '/work', answer);
  if (answer.status === 201) accepted.push(tookMs);
  else if (answer.status === 503 && answer.headers.has('retry-after')) refused.push(tookMs);
  else throw new Error(answer.body);
}

/** By events, not by polling: the client must not be what is overloaded. */
function firstAnswer(port: number, request: string): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' }, () => socket.write(request));
    socket.once('error', reject);
    socket.once('data', (chunk) => {
      const received = chunk.toString('latin1');
      const [answer] = answersIn(received);
      if (answer) resolve(answer);
      else reject(new Error(received));
      socket.destroy();
    });
  });
}
