/** What the drill sends, and where it looks for it afterwards. Set once, from the command line. */
export const target = {
  /** The path that takes a resource in. */
  path: '/work',
  /** The member of its JSON that has the request's own name, and the column of the table that holds it. */
  field: 'name',
  table: 'jobs',
};
