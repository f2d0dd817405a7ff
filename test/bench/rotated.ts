/** The list begun further on by one in each round, so that nothing always runs behind the same neighbour's leftovers. */
export function rotated<T>(list: readonly T[], round: number): readonly T[] {
  const start = round % list.length;
  return [...list.slice(start), ...list.slice(0, start)];
}
