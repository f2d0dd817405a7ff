import type { Exchange } from '../../src/client/exchange';
import { StreamWatch } from '../../src/client/stream-watch';

/** A frame as it stands on the wire. */
function frame(type: number, flags: number, streamId: number, payload: Buffer = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(streamId, 5);
  return Buffer.concat([head, payload]);
}

function numbers(...values: number[]): Buffer {
  return Buffer.concat(
    values.map((value) => {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(value);
      return bytes;
    }),
  );
}

const goaway = (last: number, code: number) => frame(7, 0, 0, numbers(last, code));
const reset = (streamId: number, code: number) => frame(3, 0, streamId, numbers(code));
const END = 0x1;

function read(...bytes: Buffer[]): StreamWatch {
  const watch = new StreamWatch(() => 0);
  for (const byte of Buffer.concat(bytes)) watch.read(Buffer.from([byte]));
  return watch;
}

test('an answer is complete when its last frame was read, however the bytes are cut', () => {
  const watch = read(
    frame(4, 0, 0),
    frame(1, 4, 1),
    frame(0, END, 1, Buffer.from('ok')),
    frame(1, 4 | END, 3),
    frame(1, 4, 5),
  );
  expect([1, 3, 5].map((id) => watch.isComplete(id))).toEqual([true, true, false]);
});

test('a stream above the last one of a GOAWAY was not processed; one below it goes on', () => {
  const watch = read(goaway(0x7fffffff, 0), goaway(5, 0));
  expect(watch.goaway).toBe(0);
  expect(watch.endOf(5)).toBeNull();
  expect(watch.endOf(7)).toEqual({ error: 'GOAWAY 0', unprocessed: true });
});

test('a GOAWAY that names an error ends those below it too, and nobody knows what became of them', () => {
  const watch = read(goaway(5, 2));
  expect(watch.endOf(3)).toEqual({ error: 'GOAWAY 2', unprocessed: false });
  expect(watch.endOf(7)).toEqual({ error: 'GOAWAY 2', unprocessed: true });
});

test('only REFUSED_STREAM says that nothing was done', () => {
  const watch = read(reset(1, 7), reset(3, 8));
  expect(watch.goaway).toBeNull();
  expect(watch.endOf(1)).toEqual({ error: 'RST_STREAM 7', unprocessed: true });
  expect(watch.endOf(3)).toEqual({ error: 'RST_STREAM 8', unprocessed: false });
});

test('a request is written with the frames of its stream, after the preface', () => {
  const told: [string, number, number?][] = [];
  const exchange = {
    wrote: (bytes: number, at: number) => told.push(['wrote', bytes, at]),
    sent: (at: number) => told.push(['sent', at]),
  };
  const watch = new StreamWatch(() => 0);
  watch.watch(1, exchange as unknown as Exchange);
  watch.taken(Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), frame(4, 0, 0)]), 1);
  watch.taken(frame(1, 4, 1, Buffer.alloc(11)), 2);
  watch.taken(frame(0, END, 1, Buffer.alloc(1)), 3);
  watch.taken(frame(0, END, 3, Buffer.alloc(1)), 4);
  expect(told).toEqual([
    ['wrote', 20, 2],
    ['wrote', 10, 3],
    ['sent', 3],
  ]);
});
