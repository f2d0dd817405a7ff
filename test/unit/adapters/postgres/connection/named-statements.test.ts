import { DatabaseError, type PoolClient } from 'pg';
import { NamedStatements } from '../../../../../src/adapters/postgres/connection/named-statements';
import { CommitInDoubt, SubmissionCancelled } from '../../../../../src/domain/intake/errors';

const STATEMENT = { name: 'insert_1a2b', sql: 'insert' };
const DONE = { command: 'INSERT', rows: [], rowCount: 0 };

/** A connection that answers each query with the next of `answers`, and remembers under which name it was sent. */
function connection(...answers: (object | Error)[]) {
  const names: (string | undefined)[] = [];
  const query = async ({ name }: { name?: string }) => {
    names.push(name);
    const answer = answers.shift() ?? DONE;
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return { client: { query } as unknown as PoolClient, names };
}

function databaseError(code: string): DatabaseError {
  return Object.assign(new DatabaseError(code, 1, 'error'), { code });
}

it.each(['26000', '42P05'])(
  'goes on without names after SQLSTATE %s, and runs the statement once',
  async (code) => {
    const onLost = jest.fn();
    const statements = new NamedStatements(onLost);
    const { client, names } = connection(DONE, databaseError(code));
    for (let run = 0; run < 4; run += 1) await statements.run(client, STATEMENT, []);
    expect(names).toEqual(['insert_1a2b', 'insert_1a2b', undefined, undefined, undefined]);
    expect(onLost).toHaveBeenCalledTimes(1);
  },
);

it('passes every other error on, and keeps the names', async () => {
  const statements = new NamedStatements(() => {});
  const { client, names } = connection(databaseError('23505'));
  await expect(statements.run(client, STATEMENT, [])).rejects.toMatchObject({ code: '23505' });
  await statements.run(client, STATEMENT, []);
  expect(names).toEqual(['insert_1a2b', 'insert_1a2b']);
});

it('does not send a statement again whose cancellation came meanwhile', async () => {
  const statements = new NamedStatements(() => {});
  const { client, names } = connection(databaseError('26000'));
  const run = statements.run(client, STATEMENT, [], AbortSignal.abort());
  await expect(run).rejects.toThrow(SubmissionCancelled);
  expect(names).toEqual(['insert_1a2b']);
});

it('takes an answer without a command tag for no answer', async () => {
  const statements = new NamedStatements(() => {});
  const { client } = connection({ command: null, rows: [], rowCount: null });
  await expect(statements.run(client, STATEMENT, [])).rejects.toThrow(CommitInDoubt);
});
