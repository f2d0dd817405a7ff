import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

/** Installs the peers' packages into their own folder, apart from the service's dependencies, unless they are there. */
export function installPeers(): void {
  const folder = path.join(__dirname, 'peers');
  if (existsSync(path.join(folder, 'node_modules'))) return;
  execFileSync('npm', ['ci'], { cwd: folder, stdio: 'inherit' });
}
