import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** The folders of the source tree, with each one's share of all lines (an adapter's with its folders), and its own files. */
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
  // An adapter is a room, too, with all that is in it.
  for (const [folder, { lines }] of [...rooms]) {
    const adapter = /^src[/\\]adapters[/\\][^/\\]+(?=[/\\])/.exec(folder)?.[0];
    if (adapter === undefined) continue;
    const whole = rooms.get(adapter) ?? { files: 0, lines: 0 };
    rooms.set(adapter, { files: whole.files, lines: whole.lines + lines });
  }
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
