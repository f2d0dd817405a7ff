export interface Interval {
  readonly from: number;
  readonly to: number;
}

/**
 * Puts intervals on as few rows as possible without an overlap: each on the first row that is free when it begins.
 * Returns the row of each, in the order given, which must be that of their beginnings.
 */
export function pack(intervals: readonly Interval[]): { rows: number[]; count: number } {
  const freeFrom: number[] = [];
  const rows = intervals.map(({ from, to }) => {
    const free = freeFrom.findIndex((at) => at <= from);
    const row = free < 0 ? freeFrom.length : free;
    freeFrom[row] = to;
    return row;
  });
  return { rows, count: freeFrom.length };
}

/** `Map.groupBy`, which Node has from 21 on. */
export function groupBy<Value, Key>(
  values: readonly Value[],
  keyOf: (value: Value) => Key,
): Map<Key, Value[]> {
  const groups = new Map<Key, Value[]>();
  for (const value of values) {
    const key = keyOf(value);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [value]);
    else group.push(value);
  }
  return groups;
}
