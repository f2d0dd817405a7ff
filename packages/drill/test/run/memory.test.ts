import v8 from 'node:v8';
import vm from 'node:vm';
import { account } from '../../src/accounting/account';
import { Recorder } from '../../src/client/recorder';
import { Ledger } from '../../src/effects/ledger';
import { keptAlive } from '../../src/modes/kept-alive';
import { Ids } from '../../src/requests/ids';
import { RequestTemplate } from '../../src/requests/request-template';
import { ModeTally } from '../../src/run/mode-result';
import { causesOf } from '../../src/why/causes-of';

v8.setFlagsFromString('--expose_gc');
const collect = vm.runInNewContext('gc') as () => void;
const heapMb = () => {
  collect();
  return process.memoryUsage().heapUsed / 1024 / 1024;
};

const TEMPLATE = new RequestTemplate({ request: 'POST /', body: '{{id}}' });
const REQUESTS = 30;

test('a thousand trials more, each of them with lost requests, take no more memory', () => {
  const ids = new Ids();
  const tally = new ModeTally(keptAlive, 8);
  const ledger = new Ledger(ids, 0, { reads: 'all', isShared: false });
  const run = (from: number, to: number) => {
    for (let serial = from; serial < to; serial += 1) {
      const recorder = new Recorder((number) => ids.make({ lane: 0, trial: serial }, number));
      for (let at = 0; at < REQUESTS; at += 1) {
        const { id } = recorder.connection(0);
        const seen = recorder.observe('request', TEMPLATE, 0, id);
        Object.assign(seen, {
          bytesWritten: 90,
          firstByteAt: 1,
          allBytesAt: 1,
          endedAt: 2,
          error: 'ECONNRESET',
        });
      }
      const { own } = ledger.take([ids.make({ lane: 0, trial: serial }, 1)], serial);
      const seen = { requests: recorder.observations, connections: recorder.connections, signalledAt: 0 };
      const accounted = account(seen.requests, {
        effects: own,
        isTracked: () => true,
        signalledAt: 0,
        mayRefuse: true,
      });
      const end = { killed: false, code: 0, signal: null, at: 3 };
      const times = { listenerClosedAt: 2, poolEndedAt: null, exitAt: 3, exitCode: 0, exitSignal: null };
      const rest = { killed: false, graceMs: 1000, expectedExits: [0], unexplained: [], log: [] };
      const causes = causesOf({ ...seen, requests: accounted.requests, ...times, ...rest });
      const shown = {
        end,
        isGoodEnd: true,
        exitMs: 3,
        marks: [],
        log: [],
        connections: recorder.connections,
      };
      tally.add({ number: serial, account: accounted, causes, signalledAt: 0, ...shown });
    }
  };
  run(1, 200);
  const before = heapMb();
  run(200, 1200);
  const grown = heapMb() - before;
  // The requests of a thousand trials would be over 10 MB.
  expect(grown).toBeLessThan(2);
  expect(tally.result()).toMatchObject({ trials: 1199, requests: 1199 * REQUESTS });
});
