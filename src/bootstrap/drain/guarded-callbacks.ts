import { validateHeaderName, validateHeaderValue } from 'node:http';
import { inspect } from 'node:util';
import {
  drains,
  type HttpServerEvent,
  plainRefusal,
  type Refusal,
  type RefusalLook,
} from '../../adapters/http-server';

/** They frame the answer, and the server says them itself. */
const FRAMING = /^(connection|content-length|trailer|transfer-encoding)$/i;

/**
 * Somebody else's refusal, which is asked for in timers, where whatever it throws would end the process. Where it gives none that
 * can be sent, the plain one is, and that is warned of once.
 */
export function guardedRefusal(refusal: (why: Refusal) => RefusalLook): (why: Refusal) => RefusalLook {
  let hasWarned = false;
  return (why) => {
    try {
      return sendable(refusal(why));
    } catch (error) {
      const fault =
        error instanceof Error ? error.message : inspect(error, { depth: 0, customInspect: false });
      if (!hasWarned)
        drains.warn(
          'DRAIN_CALLBACK',
          `refusal cannot be used, and the plain answer is sent instead: ${fault}`,
        );
      hasWarned = true;
      return plainRefusal(why);
    }
  };
}

/** Somebody else's observer: what he makes of the drain must not end it. */
export function guardedObserver(
  observe: (event: HttpServerEvent) => unknown,
): (event: HttpServerEvent) => void {
  const thrown = (error: unknown) =>
    drains.warn('DRAIN_CALLBACK', `onEvent has thrown: ${error instanceof Error ? error.message : error}`);
  return (event) => {
    try {
      // It may be async, and then its rejection would end the process.
      Promise.resolve(observe(event)).catch(thrown);
    } catch (error) {
      thrown(error);
    }
  };
}

/** A copy, so that what was checked is what is sent. */
function sendable(look: unknown): RefusalLook {
  // Of an async function, which is not waited for: where that fails and nobody hears of it, the process ends.
  Promise.resolve(look).catch(() => {});
  const { headers, body } = (look ?? {}) as Partial<RefusalLook>;
  // What is iterable has its fields elsewhere: Headers, a Map, a list of pairs.
  if (
    typeof headers !== 'object' ||
    headers === null ||
    Symbol.iterator in headers ||
    typeof body !== 'string'
  )
    throw new TypeError(
      'it has to give { headers: Object, body: String }, and has given ' +
        `${kindOf(look)} { headers: ${kindOf(headers)}, body: ${kindOf(body)} }`,
    );
  const fields = Object.entries(headers).filter(([name]) => !FRAMING.test(name));
  for (const [name, value] of fields) {
    if (typeof value !== 'string') throw new TypeError(`its header ${name} is no string`);
    validateHeaderName(name);
    validateHeaderValue(name, value);
  }
  return { headers: Object.fromEntries(fields), body };
}

/** `Promise`, `Uint8Array`, `Undefined`. */
function kindOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice('[object '.length, -1);
}
