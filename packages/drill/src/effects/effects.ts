/** Where the effects of requests are looked up. */
export interface EffectsSource {
  /** Whether each reading holds everything that there is, or only what has come since the last one. */
  readonly reads: 'all' | 'new';
  /** Whether every lane of trials sees the effects of the others. */
  readonly isShared: boolean;
  /**
   * One text for each effect, read when the server has gone. An id may stand anywhere in it.
   * @throws Error in words for the user when they cannot be read
   */
  read(): Promise<Iterable<string>>;
  /** Takes away what is there, between two trials; left out where nobody said how. */
  reset?(): Promise<void>;
  /** How many database sessions the server holds, where that can be seen. */
  sessions?(): Promise<number>;
  end(): Promise<void>;
}

/** What a lane of trials is given, to be told apart from its neighbours. */
export interface LaneSetting {
  readonly lane: number;
  /** For commands: what the server gets, too. */
  readonly environment: Readonly<Record<string, string>>;
  readonly databaseUrl?: string;
}

/** Begins to look at the effects of a lane. */
export type OpenEffects = (setting: LaneSetting) => EffectsSource;
