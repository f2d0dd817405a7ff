import { cpus, release, totalmem } from 'node:os';
import type { BenchDatabase } from './bench-database';

/** The machine and the database that figures are from: service, database and load share it. */
export function machineLine(database: BenchDatabase): string {
  const processors = `${cpus().length} × ${cpus()[0]?.model.trim()}`;
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  return [processors, memory, `Linux ${release()}`, `Node ${process.version}`, database.description].join(
    ', ',
  );
}
