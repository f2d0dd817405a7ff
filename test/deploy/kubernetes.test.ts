import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { DEPLOY } from './support/deploy-folder';
import { manifestFaults } from './support/manifest-faults';
import { configIn, type Manifest, manifests, readYaml } from './support/manifests';

const all = manifests();
const pod = all.get('Deployment').spec.template.spec;
const [container] = pod.containers;
const config = configIn(container);
const LABELS = { 'app.kubernetes.io/name': 'lastcall' };

describe('the Kubernetes manifests', () => {
  it('have the fields that the API knows, and no others', () => {
    expect(manifestFaults([...all.values()])).toBe('');
  });

  it.each<[string, (pod: Manifest, container: Manifest) => void, string]>([
    ['of a wrong type', (_, { ports }) => Object.assign(ports[0], { containerPort: 'x' }), "'string'"],
    [
      'of a misspelt probe',
      (_, own) => Object.assign(own, { livenesProbe: own.livenessProbe }),
      'livenesProbe',
    ],
    ['of an action that does not exist', (_, { lifecycle }) => (lifecycle.preStop = { slep: {} }), 'slep'],
    ['of a missing name', (_, own) => delete own.name, 'is missing'],
    ['of a field in the wrong place', (spec) => (spec.readinessProbe = {}), 'readinessProbe'],
  ])('are read by a check that knows %s', (_, breakIt, named) => {
    const broken = structuredClone(all.get('Deployment'));
    const { spec } = broken.spec.template;
    breakIt(spec, spec.containers[0]);
    expect(manifestFaults([broken])).toContain(named);
  });

  it('are all listed for kustomize', () => {
    const files = readdirSync(path.join(DEPLOY, 'kubernetes')).filter(
      (file) => file !== 'kustomization.yaml',
    );
    expect(readYaml('kubernetes/kustomization.yaml').resources.sort()).toEqual(files.sort());
  });

  it('kill no sooner than two seconds after preStop, the whole drain and its delay', () => {
    const { drain } = config;
    const preStopMs = container.lifecycle.preStop.sleep.seconds * 1_000;
    // The shutdown timeout has the delay, the linger and the disposal in it.
    const graceMs = pod.terminationGracePeriodSeconds * 1_000;
    expect(preStopMs + drain.timeoutMs + 2_000).toBeLessThan(graceMs);
    expect(preStopMs + drain.delayMs).toBeGreaterThanOrEqual(5_000);
  });

  it('ask the probes that exist, at the port where the service listens', () => {
    const { listen, metricsListen } = config;
    const [http, metrics, ...others] = container.ports.map(({ name, containerPort: port }: Manifest) => ({
      name,
      port,
    }));
    expect([listen, metricsListen]).toMatchObject([{ port: http.port }, { port: metrics.port }]);
    expect([http.name, metrics.name, others]).toEqual(['http', 'metrics', []]);
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

  it('wait for an answer of /readyz until it says what is wrong with the database', () => {
    const { acquireTimeoutMs } = config.postgres;
    for (const probe of ['startupProbe', 'readinessProbe']) {
      expect(container[probe].timeoutSeconds * 1_000).toBeGreaterThan(acquireTimeoutMs);
    }
  });

  it('ask for no more connections than Postgres grants by default', () => {
    const { maxReplicas } = all.get('HorizontalPodAutoscaler').spec;
    const { maxSurge } = all.get('Deployment').spec.strategy.rollingUpdate;
    // max_connections, less superuser_reserved_connections.
    expect((maxReplicas + maxSurge) * config.postgres.size).toBeLessThanOrEqual(100 - 3);
  });

  it('let the service reach Postgres, and the pooler that we recommend', () => {
    const pooler = readFileSync(path.join(DEPLOY, 'pgbouncer/pgbouncer.ini'), 'utf8');
    const poolerPort = Number(pooler.match(/^listen_port = (\d+)$/m)?.[1]);
    const open = all.get('NetworkPolicy').spec.egress.flatMap(({ ports }: Manifest) => ports);
    expect(open).toEqual(expect.arrayContaining([{ port: 5432 }, { port: poolerPort }]));
  });

  it('name the version of the image', () => {
    const { version } = JSON.parse(readFileSync(path.join(DEPLOY, '../package.json'), 'utf8'));
    expect(readYaml('kubernetes/kustomization.yaml').images).toEqual([{ name: 'lastcall', newTag: version }]);
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
