import { DomainError } from '../domain-error';

/** A shutdown was asked for before the service was ready. */
export class StartInterrupted extends DomainError {
  readonly code = 'start_interrupted';
}

/** The lifecycle was asked for a move it does not allow. */
export class IllegalTransition extends DomainError {
  readonly code = 'illegal_transition';
}

/** The time budget of a shutdown does not add up. */
export class InvalidDrainPolicy extends DomainError {
  readonly code = 'invalid_drain_policy';
}

/** Components need each other in a circle; the message names it. */
export class DependencyCycle extends DomainError {
  readonly code = 'dependency_cycle';
}

/** A component needs one that does not exist; the message names both. */
export class UnknownDependency extends DomainError {
  readonly code = 'unknown_dependency';
}
