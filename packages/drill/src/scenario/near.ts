/** The one of the known names that was meant, as far as that can be told; undefined where it cannot. */
export function nearest(known: readonly string[], given: string): string | undefined {
  return known.find((name) => isNear(name, given)) ?? known.find((name) => isPartOf(given, name));
}

/** What to say to a name that is not known: the one that was meant, else all that there are. */
export function suggestion(known: readonly string[], given: string): string {
  const near = nearest(known, given);
  return near === undefined ? `there is ${known.join(', ')}` : `did you mean ${near}?`;
}

const bare = (text: string) => text.toLowerCase().replace(/[^a-z0-9]/g, '');

/** A beginning or an end of it that is long enough to be meant. */
function isPartOf(given: string, known: string): boolean {
  const part = bare(given);
  return part.length >= 3 && (bare(known).startsWith(part) || bare(known).endsWith(part));
}

/** One letter wrong, too many or missing, or two exchanged; or other words between the same letters. */
function isNear(known: string, given: string): boolean {
  const [a, b] = [bare(known), bare(given)];
  if (a === b) return true;
  if (Math.abs(a.length - b.length) > 1) return false;
  const from = [...a].findIndex((letter, index) => letter !== b[index]);
  const at = from < 0 ? Math.min(a.length, b.length) : from;
  const rests = [
    [a.slice(at + 1), b.slice(at + 1)],
    [a.slice(at + 1), b.slice(at)],
    [a.slice(at), b.slice(at + 1)],
    [a.slice(at + 2), b.slice(at + 2)],
  ];
  const isSwap = a[at] === b[at + 1] && a[at + 1] === b[at];
  return rests.some(([left, right], index) => left === right && (index < 3 || isSwap));
}
