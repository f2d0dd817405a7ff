import { DatabaseError } from 'pg';
import { isConflict } from '../../../../src/adapters/postgres/connection/errors';
import { retryConflicts } from '../../../../src/application/intake/retry-conflicts';
import { SubmissionCancelled } from '../../../../src/domain/intake/errors';

const failure = (code: string) =>
  Object.assign(new DatabaseError('no', 1, 'error'), { code, severity: 'ERROR' });

/** An attempt that fails with each of `codes` in turn, and then succeeds. */
function failing(codes: string[]) {
  let attempts = 0;
  const attempt = async () => {
    attempts += 1;
    const code = codes.shift();
    if (code !== undefined) throw failure(code);
    return attempts;
  };
  return { attempt, attempts: () => attempts };
}

it.each([
  [[], 1],
  [['40P01'], 2],
  [['40P01', '40001'], 3],
])('sends the victims of conflicts again: %j', async (codes, attempts) => {
  expect(await retryConflicts(failing(codes).attempt, isConflict)).toBe(attempts);
});

it('gives up after the third attempt', async () => {
  const { attempt, attempts } = failing(['40P01', '40P01', '40P01', '40P01']);
  await expect(retryConflicts(attempt, isConflict)).rejects.toMatchObject({ code: '40P01' });
  expect(attempts()).toBe(3);
});

it('hands on any other failure at once', async () => {
  const { attempt, attempts } = failing(['53100']);
  await expect(retryConflicts(attempt, isConflict)).rejects.toMatchObject({ code: '53100' });
  expect(attempts()).toBe(1);
});

it('sends nothing again once nobody wants it any more', async () => {
  const { attempt, attempts } = failing(['40P01']);
  await expect(retryConflicts(attempt, isConflict, AbortSignal.abort())).rejects.toThrow(SubmissionCancelled);
  expect(attempts()).toBe(1);
});
