/** The part of npm's pgpass that is used here; it comes without types. */
declare module 'pgpass' {
  /** Calls back with the password that the user's password file has for the connection, if any. */
  function pgpass(connection: pgpass.Connection, found: (password: string | undefined) => void): void;
  namespace pgpass {
    interface Connection {
      readonly host: string;
      readonly port: number;
      readonly database: string;
      readonly user: string;
    }
  }
  export = pgpass;
}
