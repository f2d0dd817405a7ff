import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describeWith } from '../support/optional-suite';
import { shippedConfig } from '../support/shipped-config';
import { DEPLOY } from './support/deploy-folder';
import { type Manifest, readYaml } from './support/manifests';

const RULES = path.join(DEPLOY, 'prometheus/alerts.yaml');
const RULE_TESTS = path.join(__dirname, 'support/alerts.yaml');

describe('the alert rules', () => {
  const alerts: string[] = readYaml('prometheus/alerts.yaml').groups[0].rules.map(
    (rule: Manifest) => rule.alert,
  );

  it('are each explained to the person on call, and tried below', () => {
    const docs = readFileSync(path.join(DEPLOY, '../docs/operations.md'), 'utf8');
    const tests = readFileSync(RULE_TESTS, 'utf8');
    expect(alerts.filter((alert) => !docs.includes(`| \`${alert}\``))).toEqual([]);
    expect(alerts.filter((alert) => !tests.includes(`- alertname: ${alert}\n`))).toEqual([]);
  });

  it('ask for the job that the scrape configuration makes', () => {
    const [{ job_name }] = readYaml('prometheus/prometheus.yaml').scrape_configs;
    const asked = new Set(readFileSync(RULES, 'utf8').match(/(?<=job=")[^"]*/g));
    expect([...asked]).toEqual([job_name]);
  });
});

describeWith('promtool', 'the alert rules, read by Prometheus', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'lastcall-prometheus-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const promtool = (...words: string[]) => {
    const { status, stdout, stderr } = spawnSync('promtool', words, { encoding: 'utf8' });
    return [status, stdout + stderr];
  };

  it('are valid, and so is the configuration that loads them', () => {
    const config = shippedConfig('prometheus/prometheus.yaml', [
      // Debian builds Prometheus without this discovery.
      [/kubernetes_sd_configs:\n\s+- role: pod/g, 'static_configs: []'],
      ['- alerts.yaml', `- ${RULES}`],
    ]);
    const file = path.join(folder, 'prometheus.yaml');
    writeFileSync(file, config);
    expect(promtool('check', 'config', file)).toEqual([0, expect.stringContaining('rules found')]);
  });

  it('fire when they have to, and not before', () => {
    expect(promtool('test', 'rules', RULE_TESTS)).toEqual([0, expect.stringContaining('SUCCESS')]);
  });
});
