import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { readConfig } from '../../src/bootstrap/config';
import { DEPLOY } from './support/deploy-folder';
import { type Manifest, manifests, readYaml } from './support/manifests';

const all = manifests();
const pod = all.get('Deployment').spec.template.spec;
const [container] = pod.containers;
const LABELS = { 'app.kubernetes.io/name': 'lastcall' };

/** What the service would read in this container. */
function config() {
  const plain = (container.env as { name: string; value?: string }[]).filter(
    ({ value }) => value !== undefined,
  );
  return readConfig(Object.fromEntries(plain.map(({ name, value }) => [name, value])));
}

describe('the Kubernetes manifests', () => {
  it('are valid by the schemas of the API', () => {
    const script = path.join(__dirname, 'support/validate-manifests.mjs');
    const validate = (input: Manifest[]) => {
      const { stdout, stderr } = spawnSync(process.execPath, [script], {
        encoding: 'utf8',
        input: JSON.stringify(input),
      });
      expect(stderr).toBe('');
      return JSON.parse(stdout) as Record<string, string>;
    };
    const faults = validate([...all.values()]);
    expect(faults).toEqual({
      'Deployment lastcall': 'none',
      'Service lastcall': 'none',
      'PodDisruptionBudget lastcall': 'none',
      'HorizontalPodAutoscaler lastcall': 'none',
      'NetworkPolicy lastcall': 'none',
    });
    const broken = structuredClone(all.get('Deployment'));
    broken.spec.template.spec.containers[0].ports[0].containerPort = 'x';
    expect(Object.values(validate([broken]))).not.toEqual(['none']);
  });

  it('are all listed for kustomize', () => {
    const files = readdirSync(path.join(DEPLOY, 'kubernetes')).filter(
      (file) => file !== 'kustomization.yaml',
    );
    expect(readYaml('kubernetes/kustomization.yaml').resources.sort()).toEqual(files.sort());
  });

  it('kill no sooner than two seconds after preStop, the whole drain and its delay', () => {
    const { drain } = config();
    const preStopMs = container.lifecycle.preStop.sleep.seconds * 1_000;
    // The shutdown timeout has the delay, the linger and the disposal in it.
    const graceMs = pod.terminationGracePeriodSeconds * 1_000;
    expect(preStopMs + drain.timeoutMs + 2_000).toBeLessThan(graceMs);
    expect(preStopMs + drain.delayMs).toBeGreaterThanOrEqual(5_000);
  });

  it('ask the probes that exist, at the port where the service listens', () => {
    const { port, metricsPort } = config();
    const ports = container.ports.map(({ name, containerPort }: Manifest) => [name, containerPort]);
    expect(ports).toEqual([
      ['http', port],
      ['metrics', metricsPort],
    ]);
    const asked = ['startupProbe', 'readinessProbe', 'livenessProbe'].map(
      (probe) => container[probe].httpGet,
    );
    expect(asked).toEqual([
      { path: '/readyz', port: 'http' },
      { path: '/readyz', port: 'http' },
      { path: '/livez', port: 'http' },
    ]);
    expect(all.get('Service').spec.ports[0].targetPort).toBe('http');
  });

  it('never take a replica away before its successor is ready', () => {
    const { strategy } = all.get('Deployment').spec;
    expect(strategy.rollingUpdate).toEqual({ maxUnavailable: 0, maxSurge: 1 });
    const { minReplicas } = all.get('HorizontalPodAutoscaler').spec;
    expect(minReplicas).toBeGreaterThan(all.get('PodDisruptionBudget').spec.maxUnavailable);
  });

  it('select the pods of this service, and no others', () => {
    expect(all.get('Deployment').spec.template.metadata.labels).toEqual(LABELS);
    expect(all.get('Deployment').spec.selector.matchLabels).toEqual(LABELS);
    expect(all.get('Service').spec.selector).toEqual(LABELS);
    expect(all.get('PodDisruptionBudget').spec.selector.matchLabels).toEqual(LABELS);
    expect(all.get('NetworkPolicy').spec.podSelector.matchLabels).toEqual(LABELS);
  });

  it('meet the restricted pod security standard, with a root file system that cannot be written', () => {
    expect(pod.securityContext).toMatchObject({
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect([pod.hostNetwork, pod.hostPID, pod.hostIPC, pod.volumes]).toEqual(Array(4).fill(undefined));
  });

  it('take the database URL from a secret, and have none in them', () => {
    const { valueFrom } = container.env.find(({ name }: Manifest) => name === 'DATABASE_URL');
    expect(valueFrom.secretKeyRef).toEqual({ name: 'lastcall-database', key: 'url' });
    expect(JSON.stringify([...all.values()])).not.toContain('postgres://');
  });
});
