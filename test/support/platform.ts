import type { Obstacle } from './optional-suite';

export function withoutLinux(): Obstacle {
  return process.platform === 'linux' ? undefined : `needs Linux, and this is ${process.platform}`;
}

export function withoutRoot(): Obstacle {
  return process.getuid?.() === 0 ? undefined : 'needs root';
}

/** net.Server's `reusePort` came with Node 23.1 and, backported, 22.12. */
export function withoutReusePort(version: string = process.versions.node): Obstacle {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const has = major > 23 || (major === 23 && minor >= 1) || (major === 22 && minor >= 12);
  return has ? undefined : `needs Node 22.12, and this is ${version}`;
}
