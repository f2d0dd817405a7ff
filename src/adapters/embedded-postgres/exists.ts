import { access } from 'node:fs/promises';

/** Whether `file`, or what it links to, is there and within reach. */
export function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
