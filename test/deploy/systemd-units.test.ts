import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readConfig } from '../../src/bootstrap/config';
import { describeWith } from '../support/optional-suite';
import { DEPLOY } from './support/deploy-folder';

const NAMES = ['lastcall.service', 'lastcall.socket'];
const service = readFileSync(path.join(DEPLOY, 'systemd/lastcall.service'), 'utf8');

function directive(name: string): string | undefined {
  return service.match(new RegExp(`^${name}=(.*)$`, 'm'))?.[1];
}

describe('the systemd units', () => {
  it('give the drain its whole timeout before they kill, with a margin of at least two seconds', () => {
    const pairs = directive('Environment')?.split(' ') ?? [];
    const environment = Object.fromEntries(pairs.map((pair) => pair.split('=', 2)));
    // What its comment says of the file with the secret.
    const [, DATABASE_URL = ''] = /^# DATABASE_URL=([^,\s]+)/m.exec(service) ?? [];
    const { drain } = readConfig({ ...environment, DATABASE_URL });
    expect(() => readConfig(environment)).toThrow(/DATABASE_URL: must be set where NODE_ENV is production/);
    const stopMs = Number(directive('TimeoutStopSec')) * 1_000;
    expect(stopMs - drain.timeoutMs).toBeGreaterThanOrEqual(2_000);
  });

  it('signal node itself, and believe what it says alone', () => {
    expect(directive('ExecStart')).toMatch(/^\/\S*\/node /);
    expect(directive('KillMode')).toBe('mixed');
    expect(directive('NotifyAccess')).toBe('main');
  });

  it('leave open the address families that the service needs, and no others', () => {
    expect(directive('RestrictAddressFamilies')?.split(' ').sort()).toEqual([
      'AF_INET',
      'AF_INET6',
      'AF_NETLINK',
      'AF_UNIX',
    ]);
  });
});

describeWith('systemd-analyze', 'the systemd units, read by systemd', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'lastcall-units-'));
    for (const name of NAMES) {
      const unit = readFileSync(path.join(DEPLOY, 'systemd', name), 'utf8');
      // verify looks for the programs and folders of this machine.
      const here = unit
        .replace('/usr/bin/node', process.execPath)
        .replace('WorkingDirectory=/opt/lastcall', `WorkingDirectory=${folder}`);
      writeFileSync(path.join(folder, name), here);
    }
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const analyze = (...words: string[]) => {
    const files = NAMES.map((name) => path.join(folder, name));
    const { status, stdout, stderr } = spawnSync('systemd-analyze', [...words, ...files], {
      encoding: 'utf8',
    });
    return { status, said: `${stdout}${stderr}` };
  };

  it('pass systemd-analyze verify without a word', () => {
    expect(analyze('verify')).toEqual({ status: 0, said: '' });
  });

  it('are rated at an exposure of 2.0 at most by systemd-analyze security', () => {
    const words = ['security', '--offline=true', '--threshold=20', path.join(folder, 'lastcall.service')];
    const { status, stdout } = spawnSync('systemd-analyze', words, { encoding: 'utf8' });
    expect([status, stdout.match(/Overall exposure level.*/)?.[0]]).toEqual([0, expect.any(String)]);
  });
});
