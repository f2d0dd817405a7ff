/** The slice of a stream that tells whether it is a terminal. */
export interface MaybeTerminal {
  readonly isTTY?: boolean;
}

/** Whether escape codes may go to `stream`: to a terminal that knows them, unless NO_COLOR or FORCE_COLOR say otherwise. */
export function takesColours(stream: MaybeTerminal, env: NodeJS.ProcessEnv = process.env): boolean {
  if ((env.NO_COLOR ?? '') !== '') return false;
  const { FORCE_COLOR: forced } = env;
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  return stream.isTTY === true && env.TERM !== 'dumb';
}
