import { constants } from 'node:fs';
import { access, mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { Faults } from '../scenario/faults';
import type { ScenarioWords } from '../scenario/schema';
import { messageOf } from '../scenario/words';

/**
 * Makes the folders of the reports, before the run: nobody wants to hear of a wrong name after it.
 * @throws UsageError that lists every report that cannot be written
 */
export async function checkReportFiles(words: ScenarioWords): Promise<void> {
  const faults = new Faults();
  for (const name of ['json', 'junit', 'report', 'summary'] as const) {
    const file = words[name];
    if (file === undefined) continue;
    const why = await whyNotWritable(path.resolve(file)).catch(messageOf);
    faults.say(why !== null, `--${name}: ${file} cannot be written: ${why}`);
  }
  faults.end();
}

async function whyNotWritable(file: string): Promise<string | null> {
  await mkdir(path.dirname(file), { recursive: true });
  const found = await stat(file).catch(() => null);
  if (found?.isDirectory() === true) return 'it is a folder';
  await access(found === null ? path.dirname(file) : file, constants.W_OK);
  return null;
}
