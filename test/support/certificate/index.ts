import path from 'node:path';

/** A certificate for `localhost` alone that is its own authority, and its key: of no use but to these tests, and good for a century. */
export const CERTIFICATE = {
  folder: __dirname,
  key: path.join(__dirname, 'localhost.key.pem'),
  cert: path.join(__dirname, 'localhost.pem'),
};
