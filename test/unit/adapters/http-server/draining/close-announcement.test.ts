import { IncomingMessage, type OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { saysClose } from '../../../../../src/adapters/http-server/draining/close-announcement';
import type { Connection } from '../../../../../src/adapters/http-server/draining/connection';

const newResponse = () =>
  new ServerResponse(
    Object.assign(new IncomingMessage(new Socket()), { httpVersionMajor: 1, httpVersionMinor: 1 }),
  );
const says = (...responses: ServerResponse[]) => saysClose({ responses } as unknown as Connection);

describe('saysClose', () => {
  it.each<[OutgoingHttpHeaders, boolean]>([
    [{ Connection: 'close' }, true],
    [{ connection: 'Close' }, true],
    [{ Connection: 'keep-alive, CLOSE' }, true],
    [{ Connection: 'keep-alive' }, false],
    [{ Connection: 'closed' }, false],
    [{ 'Content-Length': '0' }, false],
  ])('knows what a handler has told the client, however it said %j', (headers, ends) => {
    const [before, set, written] = [newResponse(), newResponse(), newResponse()];
    for (const [name, value] of Object.entries(headers)) set.setHeader(name, value as string);
    expect(says(set)).toBe(false);
    before.writeHead(200, { 'Content-Length': '0' });
    set.writeHead(200);
    written.writeHead(200, headers);
    expect([says(before), says(before, set), says(before, written)]).toEqual([false, ends, ends]);
  });
});
