import { createInterface } from 'node:readline';
import { messageOf, UsageError } from '../../scenario/words';

export interface Question {
  readonly text: string;
  /** What an answer may look like. */
  readonly examples?: string;
  /** What an empty answer means; an empty one: nothing. */
  readonly otherwise: string;
  /** @throws Error in words for the user when the answer will not do */
  check?(answer: string): void;
}

/** Resolves with an answer that will do. */
export type Ask = (question: Question) => Promise<string>;

/** The user does not want to go on. */
export class Cancelled extends Error {}

/** Takes every default. */
export const askNobody: Ask = async ({ otherwise }) => otherwise;

export interface Asker {
  readonly ask: Ask;
  end(): void;
}

/**
 * Asks on `output`, and reads a line for each answer. At a terminal a wrong answer is asked for again, and the end of the
 * input (Ctrl-D) is the user's wish to leave. From a pipe a wrong answer is an error, and after the end of the input come the
 * defaults.
 */
export function askerAt(input: NodeJS.ReadStream, output: NodeJS.WritableStream, signal: AbortSignal): Asker {
  const isTerminal = input.isTTY === true;
  const lines = createInterface({ input, output, terminal: isTerminal });
  const close = () => lines.close();
  signal.addEventListener('abort', close);
  // Lines from a pipe may all come before the first question.
  const answers = lines[Symbol.asyncIterator]();
  const once = async (question: Question): Promise<string> => {
    if (isTerminal) lines.setPrompt(promptOf(question));
    if (isTerminal) lines.prompt();
    else output.write(promptOf(question));
    const { value, done } = await answers.next();
    if (signal.aborted || (done === true && isTerminal)) throw new Cancelled('nothing was written');
    const given = done === true ? '' : String(value).trim();
    if (!isTerminal) output.write(`${given}\n`);
    const answer = given === '' ? question.otherwise : given === NONE ? '' : given;
    question.check?.(answer);
    return answer;
  };
  const ask: Ask = async (question) => {
    for (;;) {
      try {
        return await once(question);
      } catch (error) {
        if (error instanceof Cancelled) throw error;
        if (!isTerminal) throw new UsageError(`${question.text}\n${messageOf(error)}`);
        output.write(`  ${messageOf(error)}\n`);
      }
    }
  };
  return {
    ask,
    end() {
      signal.removeEventListener('abort', close);
      lines.close();
    },
  };
}

/** For a question that has a default. */
export const NONE = '-';

function promptOf({ text, examples, otherwise }: Question): string {
  const such = examples === undefined ? '' : `  Such as: ${examples}\n`;
  return `\n${text}\n${such}[${otherwise || 'none'}] > `;
}
