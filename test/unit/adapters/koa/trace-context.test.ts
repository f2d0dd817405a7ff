import { traceIdOf } from '../../../../src/adapters/koa/observing/request-observers';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';

describe('traceIdOf', () => {
  it.each([
    ['version 00', `00-${TRACE}-${PARENT}-01`],
    ['a later version, with fields that only it knows', `01-${TRACE}-${PARENT}-01-more`],
  ])('takes the trace id of %s', (_, header) => {
    expect(traceIdOf(header)).toBe(TRACE);
  });

  it.each([
    ['no header', undefined],
    ['an empty header', ''],
    ['a trace id of zeros', `00-${'0'.repeat(32)}-${PARENT}-01`],
    ['a parent id of zeros', `00-${TRACE}-${'0'.repeat(16)}-01`],
    ['upper case', `00-${TRACE.toUpperCase()}-${PARENT}-01`],
    ['the forbidden version', `ff-${TRACE}-${PARENT}-01`],
    ['version 00 with more fields than it has', `00-${TRACE}-${PARENT}-01-more`],
    ['a trace id that is too short', `00-${TRACE.slice(1)}-${PARENT}-01`],
    ['a second line', `00-${TRACE}-${PARENT}-01\n{"level":"forged"}`],
  ])('takes none of %s', (_, header) => {
    expect(traceIdOf(header)).toBeUndefined();
  });
});
