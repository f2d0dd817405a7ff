import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readConfig } from '../../src/bootstrap/config';
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

describeWith('haproxy', 'haproxy.cfg, read by HAProxy', () => {
  it('is valid', () => {
    const { status, stderr } = spawnSync(findTool('haproxy') ?? '', ['-c', '-f', HAPROXY], {
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([0, '']);
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
