import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * Says `100 Continue` as the handler begins to read the body, so that a handler which refuses without a look at it
 * spares the client from sending it (RFC 9110, 10.1.1).
 */
export function continueWhenRead(request: IncomingMessage, response: ServerResponse): void {
  const onListener = (event: string | symbol) => {
    if (event !== 'data' && event !== 'readable') return;
    request.off('newListener', onListener);
    if (!response.headersSent) response.writeContinue();
  };
  request.on('newListener', onListener);
}
