import { Argument, Command } from 'commander';
import { commandLine } from '../command-line';
import { initCommand } from '../init/init';
import { bashScript } from './bash';
import { fishScript } from './fish';
import { surfaceOf } from './surface';
import { zshScript } from './zsh';

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript };

/** `lastcall-drill completion`, as it stands in its `--help`. */
function completionCommand(): Command {
  return new Command('completion')
    .description('Prints a script by which a shell completes the options.')
    .addArgument(new Argument('<shell>', 'the shell').choices(Object.keys(SCRIPTS)))
    .addHelpText('after', '\nSuch as: source <(lastcall-drill completion bash)');
}

/**
 * The script, made from the definition of the options.
 * @throws what commander throws
 */
export function completion(argv: readonly string[], version: string): string {
  const command = completionCommand()
    .exitOverride()
    .parse([...argv], { from: 'user' });
  const script = SCRIPTS[command.processedArgs[0] as keyof typeof SCRIPTS];
  const main = commandLine(version);
  return script(main.name(), surfaceOf(main), [surfaceOf(initCommand()), surfaceOf(completionCommand())]);
}
