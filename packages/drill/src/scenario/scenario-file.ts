import { readFileSync } from 'node:fs';
import { type Document, isMap, isNode, LineCounter, type Node, type Pair, parseDocument } from 'yaml';
import type { ScenarioWords } from './schema';
import { checkWords, messageOf, UsageError } from './words';

/**
 * Reads a scenario from a file of YAML or JSON.
 * @throws UsageError that lists every mistake, with its line and column
 */
export function readScenarioFile(file: string): ScenarioWords {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${messageOf(error)}`);
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  if (document.errors.length > 0) {
    const mistakes = document.errors.map(({ message }) => message.trimEnd());
    throw new UsageError(`${file} is neither YAML nor JSON: ${mistakes.join('\n')}`);
  }
  let value: unknown;
  try {
    value = document.toJS();
  } catch (error) {
    throw new UsageError(`${file} cannot be understood: ${messageOf(error)}`);
  }
  return checkWords(value ?? {}, (path, steps) => {
    const offset = offsetOf(document, steps);
    const { line, col } = lines.linePos(offset);
    return [`${file}:${line}:${col}`, ...(path === '' ? [] : [path])].join(': ');
  });
}

/** Where a member stands: its name rather than its value. 0 where that cannot be told. */
function offsetOf(document: Document, steps: readonly PropertyKey[]): number {
  const last = steps.at(-1);
  const parent = steps.length < 2 ? document.contents : document.getIn(steps.slice(0, -1), true);
  const pair = isMap(parent) ? parent.items.find((item) => nameOf(item) === String(last)) : undefined;
  const found = pair === undefined ? document.getIn(steps, true) : pair.key;
  return isNode(found) ? ((found as Node).range?.[0] ?? 0) : 0;
}

function nameOf({ key }: Pair): string {
  return String(isNode(key) ? key.toJSON() : key);
}
