/** Asks something the service depends on whether it answers. Rejects, within a bound of its own, when it does not. */
export interface ReadinessProbe {
  check(): Promise<void>;
}
