import { DomainError } from '../../../src/domain/domain-error';
import * as intake from '../../../src/domain/intake/errors';
import * as job from '../../../src/domain/jobs/job';
import * as lifecycle from '../../../src/domain/lifecycle/errors';

type DomainErrorClass = new (message: string) => DomainError;

const classes = [intake, job, lifecycle]
  .flatMap((module) => Object.values(module) as unknown[])
  .filter(
    (value): value is DomainErrorClass =>
      typeof value === 'function' && value.prototype instanceof DomainError,
  );

it('has a stable code of its own for each error', () => {
  const codes = classes.map((Class) => new Class('x').code);
  expect(codes.length).toBeGreaterThan(10);
  expect(new Set(codes).size).toBe(codes.length);
  for (const code of codes) expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/);
});

it('names each error after its class', () => {
  for (const Class of classes) expect(new Class('x').name).toBe(Class.name);
});
