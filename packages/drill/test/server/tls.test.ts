import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import tls from 'node:tls';
import { CERTIFICATE } from '../../../../test/support/certificate';
import { isFaultless } from '../../src/report/verdict';
import { runScenario } from '../../src/run-scenario';
import { scenarioOf } from '../../src/scenario/scenario';

const BY_NAME = path.resolve(__dirname, '../fixtures/drain-by-name.js');
const SERVER = path.resolve(__dirname, '../../../../examples/node-https.js');

/** @param trust as `--tls` has it */
const drill = (trust: boolean | string) =>
  runScenario(
    scenarioOf({
      command: [process.execPath, '--require', BY_NAME, SERVER],
      env: { KEY: CERTIFICATE.key, CERT: CERTIFICATE.cert },
      tls: trust,
      ready: 'GET /health',
      readyTimeout: 3000,
      requests: [{ request: 'POST /work', body: { name: '{{id}}' }, expect: { status: 201 } }],
      mode: 'kept-alive,one-shot,fetch,agent',
      trials: 1,
      clients: 4,
    }),
  );

test.each([
  ['any certificate', true],
  ['the CA', CERTIFICATE.cert],
])(
  'a server that speaks TLS is drilled with %s',
  async (_, trust) => {
    const results = await drill(trust);
    expect(isFaultless(results)).toBe(true);
    for (const { counts } of results) expect(counts.acknowledged).toBeGreaterThan(3);
  },
  30_000,
);

test('one whose certificate is of another CA is never ready, and it is said why', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'drill-tls-'));
  const other = path.join(folder, 'ca.pem');
  await writeFile(other, tls.rootCertificates[0] ?? '');
  await expect(drill(other)).rejects.toThrow(/self-signed certificate|unable to verify/);
  await rm(folder, { recursive: true });
}, 30_000);
