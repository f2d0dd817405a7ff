import * as errors from '../../../src/domain/errors';

type DomainErrorClass = new (message: string) => errors.DomainError;

const classes = Object.values(errors).filter(
  (value) => typeof value === 'function' && value !== errors.DomainError,
) as DomainErrorClass[];

it('has a code of its own for each error, and no code without an error', () => {
  const codes = classes.map((DomainError) => new DomainError('x').code);
  expect([...codes].sort()).toEqual(Object.values(errors.ERROR_CODES).sort());
  expect(new Set(codes).size).toBe(codes.length);
});

it('names each error after its class', () => {
  for (const DomainError of classes) expect(new DomainError('x').name).toBe(DomainError.name);
});
