/** The deepest nesting of arrays and objects: a flat object needs 1. */
export const JSON_MAX_DEPTH = 32;

/**
 * `JSON.parse`, without what lets two readers of one text disagree about it or turns a key into something else than
 * data: a name that comes twice (RFC 8259, section 4: "unpredictable"), `__proto__`, `constructor.prototype`, a byte
 * order mark, and nesting beyond {@link JSON_MAX_DEPTH}.
 *
 * @throws {SyntaxError}
 */
export function parseStrictJson(text: string): unknown {
  const written = countMembers(text);
  const value: unknown = JSON.parse(text);
  if (checkedMembers(value) !== written) throw new SyntaxError('a name comes twice in one object');
  return value;
}

const QUOTE = 0x22;
const COLON = 0x3a;
const BACKSLASH = 0x5c;

/**
 * How many members the objects in a text have, as written: in valid JSON, its colons outside of strings.
 * JSON.parse keeps one of two members with the same name, however it was escaped; so the counts differ then.
 */
function countMembers(text: string): number {
  let members = 0;
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at);
    else if (code === COLON) members += 1;
    // `[` and `{`, `]` and `}` differ by one bit.
    else if ((code | 0x20) === 0x7b) depth = deeper(depth);
    else if ((code | 0x20) === 0x7d) depth -= 1;
  }
  return members;
}

function deeper(depth: number): number {
  if (depth === JSON_MAX_DEPTH) throw new SyntaxError(`nested deeper than ${JSON_MAX_DEPTH}`);
  return depth + 1;
}

/** The index of the quote that ends the string which begins at `start`; the end of the text where there is none. */
function endOfString(text: string, start: number): number {
  let at = start;
  for (;;) {
    at = text.indexOf('"', at + 1);
    if (at < 0) return text.length;
    let backslashes = 0;
    while (text.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes += 1;
    if (backslashes % 2 === 0) return at;
  }
}

/** How many members the objects of a parsed value have, after a look at their names. */
function checkedMembers(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let members = 0;
  if (Array.isArray(value)) {
    for (const element of value) members += checkedMembers(element);
    return members;
  }
  for (const name of Object.keys(value)) {
    const member = (value as Record<string, unknown>)[name];
    if (name === '__proto__' || (name === 'constructor' && hasPrototype(member))) {
      throw new SyntaxError('a name that reaches for a prototype');
    }
    members += 1 + checkedMembers(member);
  }
  return members;
}

function hasPrototype(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, 'prototype');
}
