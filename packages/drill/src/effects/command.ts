import { COMMAND_BOUND_MS, runCommand } from '../server/run-command';
import type { OpenEffects } from './effects';

const BOUND = { boundMs: COMMAND_BOUND_MS };

export interface EffectsCommandOptions {
  /** A shell line that prints an id a line. */
  readonly list: string;
  /** Variables beside the lane's. */
  readonly env: Readonly<Record<string, string>>;
  /** A shell line that takes all effects away. */
  readonly reset?: string | undefined;
  /** Whether each lane has a database of its own, and the commands go there. */
  readonly isShared: boolean;
}

/** Effects are what a command prints. Empty lines are none. */
export function effectsOfCommand({ list, env, reset, isShared }: EffectsCommandOptions): OpenEffects {
  return (setting) => {
    const environment = { ...env, ...setting.environment };
    let isFirst = true;
    return {
      reads: 'all',
      isShared,
      async read() {
        const reading = runCommand(list, environment, 'for the effects', BOUND);
        // Many a server makes its table or its file when it starts for the first time.
        const { output } = await (isFirst ? reading.catch(() => ({ output: '' })) : reading);
        isFirst = false;
        return output.split('\n').filter((line) => line.trim() !== '');
      },
      ...(reset !== undefined && {
        async reset() {
          await runCommand(reset, environment, 'to take the effects away', BOUND);
        },
      }),
      async end() {},
    };
  };
}
