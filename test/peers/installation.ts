import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

export const EXAMPLES = path.resolve(__dirname, '../../examples');

/** Installs the other libraries into this folder's own node_modules, unless they are there. Throws when npm fails. */
export function installPeers(): Promise<void> {
  return install(__dirname, 'stoppable');
}

/** The same for the examples and their frameworks. Returns the file of `lastcall-drain/register`; throws where it is not built. */
export async function installExamples(): Promise<string> {
  await install(EXAMPLES, 'express');
  return require.resolve('lastcall-drain/register', { paths: [EXAMPLES] });
}

async function install(folder: string, landmark: string): Promise<void> {
  if (existsSync(path.join(folder, 'node_modules', landmark))) return;
  const npm = spawn('npm', ['ci', '--ignore-scripts'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    npm.once('exit', resolve);
    npm.once('error', reject);
  });
  if (code !== 0) throw new Error(`npm ci in ${folder} ended with ${code}`);
}
