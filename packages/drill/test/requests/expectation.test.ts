import { Expectation, type Expected } from '../../src/requests/expectation';

const answer = (status: number, body = '', headers = {}) => ({ status, body, headers });

const CASES: readonly [Expected, ReturnType<typeof answer>, string | null][] = [
  [{}, answer(204), null],
  [{}, answer(302), 'answered 302, and not 2xx'],
  [{ status: '201' }, answer(200), 'answered 200, and not 201'],
  [{ status: 201 }, answer(201), null],
  [{ status: 201 }, answer(200), 'answered 200, and not 201'],
  [{ status: '2xx,404' }, answer(404), null],
  [{ body: '{{id}}' }, answer(200, 'order id-7'), null],
  [{ body: '{{id}}' }, answer(200, 'order id-8'), 'the body lacks "id-7"'],
  [{ body: '/^order {{id}}$/' }, answer(200, 'order id-7'), null],
  [{ body: '/^ORDER/i' }, answer(200, 'order'), null],
  [{ body: '/^order {{id}}$/' }, answer(200, 'order id-77'), 'does not match'],
  [{ json: { name: '{{id}}' } }, answer(200, '{"id":1,"name":"id-7"}'), null],
  [{ json: { name: '{{id}}' } }, answer(200, '{"name":"id-8"}'), 'does not hold {"name":"id-7"}'],
  [{ json: { a: { b: [1, 2] } } }, answer(200, '{"a":{"b":[1,2],"c":0}}'), null],
  [{ json: { a: { b: [1, 2] } } }, answer(200, '{"a":{"b":[1,2,3]}}'), 'does not hold'],
  [{ json: { a: null } }, answer(200, '{}'), 'does not hold'],
  [{ json: { a: 1 } }, answer(200, 'not json'), 'the body is no JSON'],
  [{ headers: { 'Set-Cookie': 'sid=' } }, answer(200, '', { 'set-cookie': 'sid=1' }), null],
  [{ headers: { 'Set-Cookie': '' } }, answer(200), 'the answer has no Set-Cookie'],
  [
    { headers: { location: '/{{id}}' } },
    answer(200, '', { location: '/x' }),
    `the answer's location is "/x"`,
  ],
];

test.each(CASES)('%j of %j: %s', (expected, given, wrong) => {
  const mismatch = new Expectation(expected).mismatch(given, 'id-7');
  if (wrong === null) expect(mismatch).toBeNull();
  else expect(mismatch).toContain(wrong);
});
