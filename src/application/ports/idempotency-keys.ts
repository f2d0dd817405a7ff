/** The keys that were used. They are written by the repository, with the jobs; here they are forgotten. */
export interface IdempotencyKeys {
  /**
   * Forgets at most `limit` of the keys that were first used before `cutoff`, oldest first, and returns how many.
   * Never waits for another replica that does the same, nor for a submission. Throws {@link StoreUnavailable}.
   */
  forget(cutoff: Date, limit: number): Promise<number>;
}
