/** What a commit costs depends on these; as `SHOW` has them. */
export interface Durability {
  readonly fsync: string;
  readonly synchronous_commit: string;
  readonly full_page_writes: string;
}

/** In words. Throws where a commit can be lost: such figures could not be compared with a durable server's. */
export function assertDurable(settings: Durability): string {
  const facts = Object.entries(settings);
  const off = facts.filter(([, value]) => value === 'off').map(([name]) => name);
  if (off.length > 0) throw new Error(`the database is not durable: ${off.join(', ')} off`);
  return facts.map(([name, value]) => `${name} ${value}`).join(', ');
}
