import type { Context } from 'koa';
import { IDEMPOTENCY_KEY_MAX_LENGTH } from '../../../domain/intake/idempotency-key';
import { respondJson } from './routes';

/** The value of `Idempotency-Key`. Not by `ctx.get`: to that, an empty key is none at all. */
export function idempotencyKeyOf(ctx: Context): string | undefined {
  return ctx.req.headers['idempotency-key']?.toString();
}

/** 201 for what is stored at `location`; `replayed` where an earlier request had stored it. */
export function respondStored(
  ctx: Context,
  location: string,
  body: Readonly<Record<string, unknown>>,
  replayed: boolean,
): void {
  ctx.set('Location', location);
  if (replayed) ctx.set('Idempotent-Replayed', 'true');
  respondJson(ctx, 201, body);
}

/** In the OpenAPI document, the headers of such an answer. */
export const STORED_HEADERS = {
  Location: { description: 'Where it can be read.', required: true, schema: { type: 'string' } },
  'Idempotent-Replayed': {
    description: 'Present where an earlier request with the same Idempotency-Key had stored it.',
    schema: { const: 'true' },
  },
};

/** In the OpenAPI document, the parameter of such a request. */
export const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  in: 'header',
  description:
    'Send the same key again, and the same answer comes instead of a second row: after a lost answer, say. ' +
    'Visible ASCII, bare or in quotes.',
  schema: { type: 'string', minLength: 1, maxLength: IDEMPOTENCY_KEY_MAX_LENGTH + 2 },
};
