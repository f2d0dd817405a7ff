/**
 * The time of day, for what is stored. It may step, backwards too, so nothing may be concluded from two readings:
 * durations and deadlines use the monotonic clock instead. Each call returns a Date of its own, which the caller may keep.
 */
export interface Clock {
  now(): Date;
}
