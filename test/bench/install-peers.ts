import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

const FOLDER = path.join(__dirname, 'peers');
const LOCK = path.join(FOLDER, 'package-lock.json');
const INSTALLED = path.join(FOLDER, 'node_modules/installed-lock.json');

/** Installs the peers' packages into their own folder, apart from the service's dependencies, when the lock file has changed. */
export function installPeers(): void {
  if (existsSync(INSTALLED) && readFileSync(INSTALLED).equals(readFileSync(LOCK))) return;
  execFileSync('npm', ['ci'], { cwd: FOLDER, stdio: 'inherit' });
  copyFileSync(LOCK, INSTALLED);
}
