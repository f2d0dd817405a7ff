import { DomainError } from '../domain-error';

/** A job's name or id broke a rule. The message says which, and may be shown to the client. */
export class InvalidJob extends DomainError {
  readonly code = 'invalid_job';
}

declare const brand: unique symbol;

/** A UUID in its canonical form: lower-case hexadecimal with hyphens (RFC 9562, section 4). */
export type JobId = string & { readonly [brand]: 'JobId' };

/** A name that passed {@link parseJobName}. */
export type JobName = string & { readonly [brand]: 'JobName' };

/** One unit of work that was taken in. Immutable. */
export interface Job {
  readonly id: JobId;
  readonly name: JobName;
  readonly createdAt: Date;
}

/** The longest name, in code points: what a person counts as characters, and what Postgres' char_length counts. */
export const JOB_NAME_MAX_LENGTH = 255;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const CONTROL_CHARACTER = /\p{Cc}/u;
const VISIBLE = /[^\p{White_Space}\p{Default_Ignorable_Code_Point}]/u;

/**
 * A job's id from what a client or a store wrote, upper-case hexadecimal included.
 * @throws {InvalidJob} when it is not a UUID.
 */
export function parseJobId(value: string): JobId {
  const id = value.toLowerCase();
  if (!UUID.test(id)) throw new InvalidJob('id must be a UUID');
  return id as JobId;
}

/**
 * A job's name, exactly as it was sent: it is never trimmed or normalised.
 * @throws {InvalidJob} naming the rule that it breaks.
 */
export function parseJobName(value: unknown): JobName {
  if (value === undefined) throw new InvalidJob('name is required');
  if (typeof value !== 'string') throw new InvalidJob('name must be a string');
  // A string of n UTF-16 units has at least n/2 code points, so a huge one is refused before it is walked.
  if (value.length > 2 * JOB_NAME_MAX_LENGTH || codePoints(value) > JOB_NAME_MAX_LENGTH) {
    throw new InvalidJob(`name must have at most ${JOB_NAME_MAX_LENGTH} characters`);
  }
  if (!value.isWellFormed()) throw new InvalidJob('name must not contain lone surrogates');
  if (CONTROL_CHARACTER.test(value)) throw new InvalidJob('name must not contain control characters');
  if (!VISIBLE.test(value)) throw new InvalidJob('name must not be blank');
  return value as JobName;
}

function codePoints(value: string): number {
  let count = 0;
  for (const _ of value) count += 1;
  return count;
}

/** Jobs were there before keys had scopes, and what is stored stays as it is. */
export const JOB_SCOPE = '';

/** What makes two submissions the same request: all that the client said of the job. */
export function jobFingerprint({ name }: Pick<Job, 'name'>): string {
  return name;
}
