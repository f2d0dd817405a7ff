import { InMemoryRepository } from '../../../../src/adapters/memory/in-memory-repository';
import type { Repository, Stored, Submission } from '../../../../src/application/intake/repository';
import type { DomainError } from '../../../../src/domain/domain-error';
import { SubmissionCancelled } from '../../../../src/domain/intake/errors';
import type { Job, JobId } from '../../../../src/domain/jobs/job';

/** One call of `storeBatch` that the test has not settled yet. */
export interface Call {
  readonly names: readonly string[];
  readonly signal: AbortSignal;
  /** Stores the batch, and answers. */
  commit(): Promise<void>;
  /** Stores the batch, and fails all the same: the answer was lost. */
  commitAndFail(error: unknown): Promise<void>;
  fail(error: unknown): Promise<void>;
}

/** A store of batches in which nothing happens until the test says so. */
export class ScriptedStore implements Repository<Job> {
  readonly memory = new InMemoryRepository<Job>();
  /** Every batch, in the order of the calls. */
  readonly batches: (readonly string[])[] = [];
  readonly calls: Call[] = [];
  mostAtOnce = 0;
  /** When set, batches are settled by this at once, and no call is kept. */
  answer:
    | ((submissions: readonly Submission<Job>[]) => Promise<readonly (Stored<Job> | DomainError)[]>)
    | undefined;
  findAllFails: unknown;

  storeBatch(
    submissions: readonly Submission<Job>[],
    signal: AbortSignal,
  ): Promise<readonly (Stored<Job> | DomainError)[]> {
    const names = submissions.map(({ resource: job }) => job.name as string);
    this.batches.push(names);
    if (this.answer) return this.answer(submissions);
    return new Promise((resolve, reject) => {
      const end = async () => {
        this.calls.splice(this.calls.indexOf(call), 1);
        await settled();
      };
      const call: Call = {
        names,
        signal,
        commit: async () => {
          resolve(await this.memory.storeBatch(submissions, new AbortController().signal));
          await end();
        },
        commitAndFail: async (error) => {
          await this.memory.storeBatch(submissions, new AbortController().signal);
          reject(error);
          await end();
        },
        fail: async (error) => {
          reject(error);
          await end();
        },
      };
      this.calls.push(call);
      this.mostAtOnce = Math.max(this.mostAtOnce, this.calls.length);
      signal.addEventListener('abort', () => void call.fail(new SubmissionCancelled('by its signal')));
    });
  }

  async findStored(submissions: readonly Submission<Job>[], signal: AbortSignal) {
    if (this.findAllFails) throw this.findAllFails;
    return this.memory.findStored(submissions, signal);
  }

  async findAll(ids: readonly JobId[], signal: AbortSignal): Promise<readonly Job[]> {
    if (this.findAllFails) throw this.findAllFails;
    return this.memory.findAll(ids, signal);
  }

  get next(): Call {
    const [call] = this.calls;
    if (!call) throw new Error('no batch is under way');
    return call;
  }
}

/** Lets everything happen that needs no timer. */
export async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
