/** The time of day, for what is stored. Durations and deadlines use the monotonic clock instead. */
export interface Clock {
  now(): Date;
}
