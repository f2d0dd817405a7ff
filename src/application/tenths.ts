/** A measurement to a tenth, as logs show it: more digits are noise. */
export function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}

/** All numbers of a flat record to a tenth. */
export function inTenths(figures: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, tenths(value)]));
}
