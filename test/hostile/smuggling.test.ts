import { describeWith } from '../support/optional-suite';
import { startBalancer } from './support/balancers';
import { exchange, HOST, JSON_TYPE, postWork } from './support/requests';
import { Service } from './support/service';

const SMUGGLED = postWork('{"name":"smuggled"}');
const head = (...fields: string[]) =>
  `POST /work HTTP/1.1\r\n${HOST}${JSON_TYPE}${fields.map((field) => `${field}\r\n`).join('')}\r\n`;
const PREFIX = '0\r\n\r\n';
const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`;
const both = PREFIX + SMUGGLED;

/** Each is one request to whoever reads it in one way, and two to whoever reads it in the other. */
const PAIRS: ReadonlyArray<[what: string, bytes: string]> = [
  ['CL.TE', head(`Content-Length: ${both.length}`, 'Transfer-Encoding: chunked') + both],
  ['TE.CL', head('Content-Length: 4', 'Transfer-Encoding: chunked') + chunk(SMUGGLED)],
  [
    'TE.TE, the second unknown',
    head(`Content-Length: ${both.length}`, 'Transfer-Encoding: chunked', 'Transfer-Encoding: x') + both,
  ],
  ['TE.TE, xchunked', head(`Content-Length: ${both.length}`, 'Transfer-Encoding: xchunked') + both],
  [
    'TE.TE, a blank before the colon',
    head(`Content-Length: ${both.length}`, 'Transfer-Encoding : chunked') + both,
  ],
  ['TE.TE, a tab', head(`Content-Length: ${both.length}`, 'Transfer-Encoding:\tchunked') + both],
  ['TE.TE, a vertical tab', head(`Content-Length: ${both.length}`, 'Transfer-Encoding: \x0bchunked') + both],
  ['TE.TE, in quotes', head(`Content-Length: ${both.length}`, 'Transfer-Encoding: "chunked"') + both],
  ['TE.TE, identity', head(`Content-Length: ${both.length}`, 'Transfer-Encoding: chunked, identity') + both],
  [
    'a folded Transfer-Encoding',
    head(`Content-Length: ${both.length}`, 'Transfer-Encoding:\r\n chunked') + both,
  ],
  [
    'a Transfer-Encoding folded into another field',
    head(`Content-Length: ${both.length}`, 'X: y\r\n Transfer-Encoding: chunked') + both,
  ],
  [
    'a Transfer-Encoding behind a bare LF',
    head(`Content-Length: ${both.length}`, 'X: y\nTransfer-Encoding: chunked') + both,
  ],
  [
    'a Transfer-Encoding behind a bare CR',
    head(`Content-Length: ${both.length}`, 'X: y\rTransfer-Encoding: chunked') + both,
  ],
  ['CL.CL', head('Content-Length: 0', `Content-Length: ${SMUGGLED.length}`) + SMUGGLED],
  ['CL.0 with a sign', head(`Content-Length: +${SMUGGLED.length}`) + SMUGGLED],
  ['a list of lengths', head(`Content-Length: 0, ${SMUGGLED.length}`) + SMUGGLED],
  [
    'HTTP/1.0 with chunks',
    head(`Content-Length: ${both.length}`, 'Transfer-Encoding: chunked').replace('1.1', '1.0') + both,
  ],
  ['a chunk size that wraps around', `${head('Transfer-Encoding: chunked')}10000000000000000\r\n${SMUGGLED}`],
  [
    'a chunk extension with a bare LF',
    `${head('Transfer-Encoding: chunked')}2;\nxx\r\n${SMUGGLED.length.toString(16)}\r\n0\r\n\r\n${SMUGGLED}`,
  ],
];

describe.each(['nginx', 'haproxy'] as const)('smuggling', (kind) => {
  describeWith(kind, `behind ${kind}`, () => {
    let service: Service;
    let balancer: Awaited<ReturnType<typeof startBalancer>>;

    beforeAll(async () => {
      service = await Service.start();
      balancer = await startBalancer(kind, service.port);
    });
    afterAll(async () => {
      await balancer?.stop();
      await service?.stop();
    });

    it('lets ordinary requests through', async () => {
      const { answers, end } = await exchange(balancer.port, postWork('{"name":"ordinary"}'));
      expect(answers.map(({ status }) => status)).toEqual([201]);
      expect(end).toBe('open');
    });

    // Twice each: what is left on the balancer's connection to the service would be answered to whoever comes next.
    it.each(PAIRS)('is answered as one request, and stores nothing: %s', async (_what, bytes) => {
      for (let round = 0; round < 2; round += 1) {
        const { answers } = await exchange(balancer.port, bytes);
        expect(answers).toHaveLength(1);
        expect(answers[0]?.status).toBeGreaterThanOrEqual(400);
        const bystander = await exchange(balancer.port, postWork('{"name":"ordinary"}'));
        expect(bystander.answers.map(({ status }) => status)).toEqual([201]);
      }
      expect(new Set(await service.names())).toEqual(new Set(['ordinary']));
      expect(service.errors).toEqual([]);
    });
  });
});
