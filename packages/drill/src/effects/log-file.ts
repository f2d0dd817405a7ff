import { type FileHandle, open } from 'node:fs/promises';
import type { OpenEffects } from './effects';

export interface EffectsLogOptions {
  readonly file: string;
  /** Only lines that match it are effects; by default all that hold an id. */
  readonly match?: RegExp | undefined;
  /** Whether a line holds an id of this run's. */
  readonly holdsId: (line: string) => boolean;
}

/** How much of what was read is looked at again: a line with an id does not come twice. */
const TAIL_BYTES = 256;

/** A place in the file: how far it was read, and the last bytes before that. */
interface Place {
  readonly at: number;
  readonly tail: Buffer;
}

const BEGINNING: Place = { at: 0, tail: Buffer.alloc(0) };

/** Effects are lines of a file, as they are added. A file whose read part is not there any more has begun anew. */
export function effectsOfLog({ file, match, holdsId }: EffectsLogOptions): OpenEffects {
  return () => {
    let place = BEGINNING;
    let isFirst = true;
    return {
      reads: 'new',
      isShared: true,
      async read() {
        const added = await readFrom(file, place);
        if (added === null && !isFirst)
          throw new Error(`the effects cannot be read: there is no file ${file}`);
        isFirst = false;
        if (added === null) return [];
        place = added.end;
        return added.lines.filter((line) => holdsId(line) && (match?.test(line) ?? true));
      },
      async end() {},
    };
  };
}

/** The lines from a place on; null where there is no file. A last line without its end is read: nobody writes on. */
async function readFrom(file: string, place: Place): Promise<{ lines: string[]; end: Place } | null> {
  const handle = await open(file, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (handle === null) return null;
  try {
    const known = await bytesOf(handle, place.at - place.tail.length, place.at);
    const { at, tail } = known.equals(place.tail) ? place : BEGINNING;
    const { size } = await handle.stat();
    const bytes = await bytesOf(handle, at, Math.max(at, size));
    const end = {
      at: at + bytes.length,
      tail: Buffer.concat([tail, bytes.subarray(-TAIL_BYTES)]).subarray(-TAIL_BYTES),
    };
    return { lines: bytes.toString('utf8').split('\n'), end };
  } finally {
    await handle.close();
  }
}

async function bytesOf(handle: FileHandle, from: number, to: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(to - from), 0, to - from, from);
  return buffer.subarray(0, bytesRead);
}
