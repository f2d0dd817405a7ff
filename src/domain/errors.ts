/**
 * Every error the domain and its ports promise, each with a code that clients and alerts may rely on.
 * A code is never renamed and never used for something else.
 */
export const ERROR_CODES = {
  invalidJob: 'invalid_job',
  invalidIdempotencyKey: 'invalid_idempotency_key',
  idempotencyKeyReused: 'idempotency_key_reused',
  storeUnavailable: 'store_unavailable',
  outcomeUnknown: 'outcome_unknown',
  storeOverloaded: 'store_overloaded',
  dataRefused: 'data_refused',
  commitInDoubt: 'commit_in_doubt',
  submissionCancelled: 'shutting_down',
  startInterrupted: 'start_interrupted',
  illegalTransition: 'illegal_transition',
  invalidDrainPolicy: 'invalid_drain_policy',
  dependencyCycle: 'dependency_cycle',
  unknownDependency: 'unknown_dependency',
} as const;

export type ErrorCode = (typeof ERROR_CODES)[keyof typeof ERROR_CODES];

/** An error that the domain foresaw. Its message is written for the people who run the service, not for clients. */
export abstract class DomainError extends Error {
  abstract readonly code: ErrorCode;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** A job's name or id broke a rule. The message says which, and may be shown to the client. */
export class InvalidJob extends DomainError {
  readonly code = ERROR_CODES.invalidJob;
}

/** The idempotency key is not 1 to 255 visible ASCII characters. The message may be shown to the client. */
export class InvalidIdempotencyKey extends DomainError {
  readonly code = ERROR_CODES.invalidIdempotencyKey;
}

/** The idempotency key was used before, for another request. Nothing was stored. */
export class IdempotencyKeyReused extends DomainError {
  readonly code = ERROR_CODES.idempotencyKeyReused;
}

/** The store could not be reached, or gave up and rolled back. Nothing was stored; trying again later is right. */
export class StoreUnavailable extends DomainError {
  readonly code = ERROR_CODES.storeUnavailable;
}

/** Whether the row is in the store could not be found out. */
export class OutcomeUnknown extends DomainError {
  readonly code = ERROR_CODES.outcomeUnknown;
}

/** More work waits for the store than it may hold. Nothing was stored; trying again later is right. */
export class StoreOverloaded extends DomainError {
  readonly code = ERROR_CODES.storeOverloaded;
}

/** The store will not take a row, which the domain should have refused. Nothing of its batch was stored. */
export class DataRefused extends DomainError {
  readonly code = ERROR_CODES.dataRefused;
}

/** The connection was lost between a statement and its answer: its rows may or may not be there. */
export class CommitInDoubt extends DomainError {
  readonly code = ERROR_CODES.commitInDoubt;
}

/** The submission was given up at the end of the drain before its row was committed. Nothing was stored. */
export class SubmissionCancelled extends DomainError {
  readonly code = ERROR_CODES.submissionCancelled;
}

/** A shutdown was asked for before the service was ready. */
export class StartInterrupted extends DomainError {
  readonly code = ERROR_CODES.startInterrupted;
}

/** The lifecycle was asked for a move it does not allow. */
export class IllegalTransition extends DomainError {
  readonly code = ERROR_CODES.illegalTransition;
}

/** The time budget of a shutdown does not add up. */
export class InvalidDrainPolicy extends DomainError {
  readonly code = ERROR_CODES.invalidDrainPolicy;
}

/** Components need each other in a circle; the message names it. */
export class DependencyCycle extends DomainError {
  readonly code = ERROR_CODES.dependencyCycle;
}

/** A component needs one that does not exist; the message names both. */
export class UnknownDependency extends DomainError {
  readonly code = ERROR_CODES.unknownDependency;
}
