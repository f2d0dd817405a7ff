import { type ClientConfig, DatabaseError, escapeIdentifier } from 'pg';

/**
 * The SQL that helps where a server lets a role in nowhere, or not into this database; undefined where none does. To be
 * read by a person who runs it as somebody else.
 */
export function connectAdvice(error: unknown, client: ClientConfig): string | undefined {
  const { user = '', database = user } = client;
  switch (error instanceof DatabaseError ? error.code : undefined) {
    case '42501': // insufficient_privilege
      return `what helps: grant connect on database ${escapeIdentifier(database)} to ${escapeIdentifier(user)}`;
    case '3D000': // invalid_catalog_name
      return (
        `what helps: create database ${escapeIdentifier(database)} owner ${escapeIdentifier(user)} ` +
        `encoding 'UTF8' template template0`
      );
    default:
      return undefined;
  }
}
