import { InvalidArgumentError } from 'commander';

/** A whole number of at least 1, for commander. */
export function atLeastOne(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('a whole number of at least 1');
  return value;
}
