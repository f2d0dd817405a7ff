import type { IdGenerator } from '../../src/application/ports/id-generator';
import { parseJobId } from '../../src/domain/jobs/job';

/** The contract of the port IdGenerator. */
export function idGeneratorContract(build: () => IdGenerator): void {
  it('makes valid ids of version 7 in their canonical form', () => {
    const id = build().next();
    expect(parseJobId(id)).toBe(id);
    expect(id[14]).toBe('7');
  });

  it('makes ten thousand ids that all differ and ascend', () => {
    const generator = build();
    const ids = Array.from({ length: 10_000 }, () => generator.next());
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.every((id, index) => index === 0 || id > (ids[index - 1] as string))).toBe(true);
  });
}
