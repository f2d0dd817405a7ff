import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readConfig } from '../../src/bootstrap/config';
import { type Balancer, startBalancer } from '../rolling/balancer';
import { describeWith, findTool } from '../support/optional-suite';
import { DEPLOY } from './support/deploy-folder';

const HAPROXY = path.join(DEPLOY, 'haproxy/haproxy.cfg');
const HAPROXY_COMPOSE = path.join(DEPLOY, 'haproxy/haproxy.compose.cfg');
const NGINX = path.join(DEPLOY, 'nginx/nginx.conf');
const { drain } = readConfig({});

/** The configuration without its comments, which speak of settings that must not be there. */
function settings(file: string): string {
  return readFileSync(file, 'utf8').replace(/#.*/g, '');
}

describe('haproxy.cfg', () => {
  const config = settings(HAPROXY);

  it('has seen the 503 of /health before the linger is over', () => {
    const [, inter, fall] = config.match(/check inter (\d+)ms fall (\d+)/) ?? [];
    expect(Number(inter) * Number(fall)).toBeLessThan(drain.lingerMs);
  });

  it('repeats a request only when not a byte of it was sent', () => {
    expect(config.match(/retry-on (.*)/)?.[1]).toBe('conn-failure');
  });

  it('gives up a connect before the kernel repeats a dropped SYN', () => {
    expect(Number(config.match(/timeout connect (\d+)ms/)?.[1])).toBeLessThan(1_000);
  });
});

describe('haproxy.compose.cfg', () => {
  it('differs from haproxy.cfg only in where it listens and how it finds the replicas', () => {
    const lines = (file: string) =>
      settings(file)
        .replace(/^resolvers[\s\S]*/m, '')
        .split('\n')
        .filter((line) => line.trim() !== '' && !/^ {2}(bind|server|server-template) /.test(line));
    expect(lines(HAPROXY_COMPOSE)).toEqual(lines(HAPROXY));
  });
});

describe('nginx.conf', () => {
  const config = settings(NGINX);

  it('allows a worker the descriptors that its connections need', () => {
    const [files, connections] = ['worker_rlimit_nofile', 'worker_connections'].map((name) =>
      Number(config.match(new RegExp(`${name} (\\d+);`))?.[1]),
    );
    expect(files).toBeGreaterThan(2 * (connections ?? Number.NaN));
  });

  it('never takes a replica out for a refused connection', () => {
    const servers = config.match(/server 127\S+ .*/g) ?? [];
    expect(servers).toHaveLength(3);
    for (const server of servers) expect(server).toContain('max_fails=0');
  });

  it('does not repeat a POST that was sent', () => {
    expect(config.match(/proxy_next_upstream (.*);/)?.[1]).toBe('error timeout');
  });

  it('gives up a connect before the kernel repeats a dropped SYN', () => {
    expect(Number(config.match(/proxy_connect_timeout (\d+)ms/)?.[1])).toBeLessThan(1_000);
  });
});

describeWith('haproxy', 'what HAProxy reads', () => {
  it.each([
    ['haproxy.cfg', HAPROXY],
    ['haproxy.compose.cfg', HAPROXY_COMPOSE],
  ])('is valid: %s', (_, file) => {
    const { status, stderr } = spawnSync(findTool('haproxy') ?? '', ['-c', '-f', file], {
      encoding: 'utf8',
    });
    const complaints = stderr.match(/\[(WARNING|ALERT)\].*/g) ?? [];
    // The replicas' name exists only in Docker's network.
    const serious = complaints.filter((line) => !line.includes("could not resolve address 'lastcall'"));
    expect([status, serious]).toEqual([0, []]);
  });
});

describeWith('nginx', 'nginx.conf, read by nginx', () => {
  it('is valid', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'lastcall-nginx-'));
    try {
      const words = ['-t', '-q', '-p', folder, '-c', NGINX];
      const { status, stderr } = spawnSync(findTool('nginx') ?? '', words, { encoding: 'utf8' });
      expect([status, stderr]).toEqual([0, '']);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe.each(['haproxy', 'nginx'] as const)('a request behind %s', (name) => {
  describeWith(name, name, () => {
    let replica: Server;
    let balancer: Balancer;
    beforeAll(async () => {
      replica = createServer((request, response) => response.end(request.headers['x-request-id']));
      await once(replica.listen(0, '127.0.0.1'), 'listening');
      const { port } = replica.address() as AddressInfo;
      balancer = await startBalancer(name, [port, port, port]);
    });
    afterAll(async () => {
      await balancer.stop();
      replica.closeAllConnections();
      await once(replica.close(), 'close');
    });

    it("keeps its client's X-Request-Id", async () => {
      const headers = { 'x-request-id': 'from-the-client' };
      const answer = await fetch(`http://127.0.0.1:${balancer.port}/`, { headers });
      expect(await answer.text()).toBe('from-the-client');
    });
  });
});
