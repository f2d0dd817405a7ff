/** The keys that were used. They are written with what they belong to; here they are forgotten. */
export interface IdempotencyKeys {
  /**
   * Forgets at most `limit` of the keys that were first used more than `ageMs` ago, oldest first, and returns how many.
   * The age goes by the store's own clock: those of the replicas may be wrong, or step. Never waits for another replica
   * that does the same, nor for a submission.
   *
   * @throws {SubmissionCancelled} when `signal` has aborted.
   * @throws {StoreUnavailable} when the store does not answer.
   */
  forget(ageMs: number, limit: number, signal: AbortSignal): Promise<number>;
}
