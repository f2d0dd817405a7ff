import type { IncomingMessage } from 'node:http';
import { RequestError } from './request-error';

/** Whether the body is sent as it is, under a length that it has. node:http has checked the length's form. */
export function isPlain({ headers }: IncomingMessage): boolean {
  return headers['content-encoding'] === undefined && headers['content-length'] !== undefined;
}

/**
 * The plain body of a request, as Latin-1 text in which every byte is one character. No limit is needed: node:http
 * reads no more than the announced length.
 *
 * @throws {RequestError} when the client goes away in the middle of it.
 */
export function readPlainBody(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    request.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
    });
    request.on('end', () => resolve(text));
    request.on('error', () => {
      reject(new RequestError(400, 'malformed_body', 'The body could not be read as it was announced.'));
    });
  });
}
