import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** The folders of the source tree, with each one's share of all lines, and how many files it has of its own. */
export function roomsOf(root: string): string {
  const base = path.resolve(__dirname, '..');
  const rooms = new Map<string, { files: number; lines: number }>();
  for (const entry of readdirSync(path.join(base, root), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const folder = path.relative(base, entry.parentPath);
    const lines = readFileSync(path.join(entry.parentPath, entry.name), 'utf8').split('\n').length - 1;
    const room = rooms.get(folder) ?? { files: 0, lines: 0 };
    rooms.set(folder, { files: room.files + 1, lines: room.lines + lines });
  }
  const all = [...rooms.values()].reduce((sum, { lines }) => sum + lines, 0);
  const names = [...rooms.keys()].sort();
  const width = Math.max(...names.map((name) => name.length));
  return names
    .map((name) => {
      const { files, lines } = rooms.get(name) ?? { files: 0, lines: 0 };
      const share = `${((100 * lines) / all).toFixed(0)} %`;
      return `${name.padEnd(width)}  ${share.padStart(4)}  ${files} ${files === 1 ? 'file' : 'files'}`;
    })
    .join('\n');
}
