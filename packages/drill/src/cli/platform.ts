/** Why the drill cannot run on this platform, in words for the user; null where it can. */
export function whyNotOn(platform: NodeJS.Platform): string | null {
  if (platform !== 'win32') return null;
  return 'Windows has no POSIX signals, by which a server is told to stop: run the drill in WSL or in a container of Linux';
}
