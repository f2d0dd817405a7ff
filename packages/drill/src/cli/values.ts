import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { messageOf } from '../scenario/words';

/** `name: value`, as a header field is written. */
export function field(text: string): Record<string, string> {
  const colon = text.indexOf(':');
  const name = (colon < 0 ? text : text.slice(0, colon)).trim();
  if (name === '') throw new Error('a name and a value, such as "accept: text/plain"');
  return { [name]: colon < 0 ? '' : text.slice(colon + 1).trim() };
}

/** Every `NAME=value`. */
export function variables(texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const equals = text.indexOf('=');
      if (equals < 1) throw new Error(`"${text}" should be a name and a value, such as LOG_LEVEL=warn`);
      return [text.slice(0, equals), text.slice(equals + 1)];
    }),
  );
}

/** The values of an option that may be repeated. */
export function each(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

export function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`it is no JSON: ${messageOf(error)}`);
  }
}

/** The text, or what is in the file that it names after an `@`. */
export function textOrFile(text: string): string {
  if (!text.startsWith('@')) return text;
  try {
    return readFileSync(text.slice(1), 'utf8');
  } catch (error) {
    throw new Error(`the file cannot be read: ${messageOf(error)}`);
  }
}

/** Exit codes and signals, with commas between them. */
export function exits(text: string): (number | string)[] {
  return text.split(',').map((part) => (/^\d+$/.test(part.trim()) ? Number(part) : signalName(part.trim())));
}

/** `TERM` is what kill(1) and docker say for SIGTERM. */
export function signalName(text: string): string {
  const name = text.toUpperCase();
  return `SIG${name}` in constants.signals ? `SIG${name}` : text;
}

/** A number where it is one; what it should be instead, the schema says. */
export function numeric(text: string): number | string {
  return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
}
