import { EDGE_PROBLEMS } from '../../../../src/adapters/koa/edge/edge-problems';
import { ProblemCatalogue, RequestError } from '../../../../src/adapters/koa/edge/problem';
import { REFUSAL_CODES, refusalProblem } from '../../../../src/adapters/koa/edge/refusal-problem';
import * as intakeErrors from '../../../../src/domain/intake/errors';

const catalogue = new ProblemCatalogue(EDGE_PROBLEMS);
const look = refusalProblem(catalogue);

it.each([
  ['POST', 'outcome_unknown', /Idempotency-Key/],
  ['DELETE', 'outcome_unknown', /may or may not/],
  ['GET', 'shutting_down', /^(?!.*(Idempotency|stored))/],
  ['HEAD', 'shutting_down', /^(?!.*(Idempotency|stored))/],
])('says of a %s whose handler is still at work what may have become of it', (method, code, detail) => {
  const { headers, body } = look({ kind: 'not-awaited', method });
  expect(JSON.parse(body)).toMatchObject({ status: 503, code, detail: expect.stringMatching(detail) });
  expect(headers).toMatchObject({ 'Content-Type': 'application/problem+json', 'Retry-After': '1' });
});

it.each(Object.entries(REFUSAL_CODES))(
  'has a problem for what the server refuses as %s: %s',
  (kind, code) => {
    const { headers, body } = look({ kind: kind as keyof typeof REFUSAL_CODES });
    const { status, detail } = JSON.parse(body) as { status: number; detail: string };
    expect(JSON.parse(body)).toMatchObject({ code, title: expect.any(String) });
    expect(status).toBe(catalogue.type(code).status);
    expect(detail).toMatch(/^[A-Z].*\.$/);
    expect(headers).toMatchObject({ 'X-Content-Type-Options': 'nosniff', 'Cache-Control': 'no-store' });
  },
);

it('takes a code that nobody has described for a defect, and says so to nobody', () => {
  expect(catalogue.problemOf(new RequestError('misspelt', 'secret'), 'GET')).toMatchObject({
    status: 500,
    code: 'internal_error',
    detail: expect.not.stringContaining('secret'),
  });
});

it('has a problem for every error of the intake that a client may see', () => {
  const inside = ['data_refused', 'commit_in_doubt'];
  const codes = Object.values(intakeErrors).map((Class) => new Class('x').code as string);
  expect(codes.length).toBeGreaterThan(6);
  for (const code of codes.filter((each) => !inside.includes(each)))
    expect(catalogue.type(code).code).toBe(code);
});

it('refuses two problems of one code, and one that nobody has described', () => {
  expect(() => new ProblemCatalogue([...EDGE_PROBLEMS, ...EDGE_PROBLEMS])).toThrow(
    'two problems have the code',
  );
  expect(() => catalogue.type('unheard_of')).toThrow('no problem has the code unheard_of');
});
