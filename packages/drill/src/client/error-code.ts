/** The code of an error, or of the first of its causes that has one, such as `ECONNRESET`; else its words. */
export function codeOf(error: unknown): string {
  for (let at = error; isObject(at); at = at.cause) if (typeof at.code === 'string') return at.code;
  return isObject(error) && typeof error.message === 'string' ? error.message : String(error);
}

/** Not `instanceof Error`: an error of Node's own may be of another realm. */
function isObject(
  value: unknown,
): value is { readonly code?: unknown; readonly cause?: unknown; readonly message?: unknown } {
  return typeof value === 'object' && value !== null;
}
