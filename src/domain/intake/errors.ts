import { DomainError } from '../domain-error';

/** The idempotency key is not 1 to 255 visible ASCII characters. The message may be shown to the client. */
export class InvalidIdempotencyKey extends DomainError {
  readonly code = 'invalid_idempotency_key';
}

/** The idempotency key was used before, for another request. Nothing was stored. */
export class IdempotencyKeyReused extends DomainError {
  readonly code = 'idempotency_key_reused';
}

/** The store could not be reached, or gave up and rolled back. Nothing was stored; trying again later is right. */
export class StoreUnavailable extends DomainError {
  readonly code = 'store_unavailable';
}

/** Whether the row is in the store could not be found out. */
export class OutcomeUnknown extends DomainError {
  readonly code = 'outcome_unknown';
}

/** More work waits for the store than it may hold. Nothing was stored; trying again later is right. */
export class StoreOverloaded extends DomainError {
  readonly code = 'store_overloaded';
}

/** The store will not take a row, which the domain should have refused. Nothing of its batch was stored. */
export class DataRefused extends DomainError {
  readonly code = 'data_refused';
}

/** The connection was lost between a statement and its answer: its rows may or may not be there. */
export class CommitInDoubt extends DomainError {
  readonly code = 'commit_in_doubt';
}

/** The submission was given up at the end of the drain before its row was committed. Nothing was stored. */
export class SubmissionCancelled extends DomainError {
  readonly code = 'shutting_down';
}
