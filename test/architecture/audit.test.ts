import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { REPOSITORY } from './support/source-tree-copy';

const ADVISORY = { id: 1, title: 'made up', url: 'http://x/1', severity: 'high', vulnerable_versions: '*' };

/** npm asks for the package too, to see which of its versions are touched. */
const PACKAGE = { name: 'uuidv7', versions: { '1.2.1': { name: 'uuidv7', version: '1.2.1' } } };

describe('the audit of the dependencies', () => {
  let registry: Server;
  let advisories: { status: number; body: object };
  let cache: string;

  beforeAll(async () => {
    cache = mkdtempSync(path.join(tmpdir(), 'lastcall-npm-'));
    registry = createServer((request, response) => {
      request.resume();
      const { status, body } = request.method === 'POST' ? advisories : { status: 200, body: PACKAGE };
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
    await once(registry.listen(0, '127.0.0.1'), 'listening');
  });

  afterAll(async () => {
    registry.closeAllConnections();
    await once(registry.close(), 'close');
    rmSync(cache, { recursive: true });
  });

  async function audit() {
    const { port } = registry.address() as AddressInfo;
    const npm = { npm_config_registry: `http://127.0.0.1:${port}/`, npm_config_cache: cache };
    const env = { ...process.env, ...npm };
    const child = spawn('.ci/audit', { cwd: REPOSITORY, env, stdio: ['ignore', 'pipe', 'inherit'] });
    const [said, [exitCode]] = await Promise.all([text(child.stdout), once(child, 'close')]);
    return { said, exitCode };
  }

  it('fails on a finding', async () => {
    advisories = { status: 200, body: { uuidv7: [ADVISORY] } };
    const { said, exitCode } = await audit();
    expect([JSON.parse(said), exitCode]).toMatchObject([{ high: 1, total: 1 }, 1]);
  });

  it('passes where there is none', async () => {
    advisories = { status: 200, body: {} };
    const { said, exitCode } = await audit();
    expect([JSON.parse(said), exitCode]).toMatchObject([{ total: 0 }, 0]);
  });

  it('says that it did not run where the registry has no advisories', async () => {
    advisories = { status: 405, body: {} };
    expect(await audit()).toEqual({ said: 'not run: the registry has no advisory endpoint\n', exitCode: 0 });
  });
});
