import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { readConfig } from '../../../src/bootstrap/config';
import { DEPLOY } from './deploy-folder';

// biome-ignore lint/suspicious/noExplicitAny: a manifest is whatever its schema says, and that is tested apart.
export type Manifest = any;

export function readYaml(...segments: string[]): Manifest {
  return parse(readFileSync(path.join(DEPLOY, ...segments), 'utf8'));
}

/** Every manifest that `kubectl apply --kustomize` would apply, by its kind. */
export function manifests(): ReadonlyMap<string, Manifest> {
  const { resources } = readYaml('kubernetes/kustomization.yaml') as { resources: string[] };
  const read = resources.map((file): Manifest => readYaml('kubernetes', file));
  return new Map(read.map((manifest) => [manifest.kind, manifest]));
}

/** What the service would read in a container. Its secrets are left out. */
export function configIn(container: Manifest): ReturnType<typeof readConfig> {
  const env = container.env as { name: string; value?: string }[];
  return readConfig(Object.fromEntries(env.flatMap(({ name, value }) => (value ? [[name, value]] : []))));
}
