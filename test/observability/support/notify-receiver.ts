import { getSystemErrorName } from 'node:util';
import koffi from 'koffi';

const AF_UNIX = 1;
const SOCK_DGRAM_CLOEXEC = 2 | 0o2000000;
const MSG_DONTWAIT = 0x40;

const libc = koffi.load(null);
const openSocket = libc.func('socket', 'int', ['int', 'int', 'int']);
const bind = libc.func('bind', 'int', ['int', 'const void *', 'uint32']);
const receive = libc.func('recv', 'int', ['int', 'void *', 'size_t', 'int']);
const close = libc.func('close', 'int', ['int']);

/** In the place of systemd: the Unix datagram socket that NOTIFY_SOCKET names. Node has none of its own. */
export class NotifyReceiver {
  readonly #fd: number;
  readonly #received: string[] = [];

  /** `name`: a path, or an abstract name that begins with `@`. */
  constructor(readonly name: string) {
    this.#fd = openSocket(AF_UNIX, SOCK_DGRAM_CLOEXEC, 0);
    const family = Buffer.from(new Uint16Array([AF_UNIX]).buffer);
    const address = Buffer.concat([family, Buffer.from(name.replace(/^@/, '\0'))]);
    if (bind(this.#fd, address, address.length) < 0) {
      throw new Error(`bind ${name}: ${getSystemErrorName(-koffi.errno())}`);
    }
  }

  /** All that has arrived so far, one entry a datagram. */
  get messages(): readonly string[] {
    const buffer = Buffer.alloc(65_536);
    for (;;) {
      const length = receive(this.#fd, buffer, buffer.length, MSG_DONTWAIT);
      if (length < 0) return this.#received;
      this.#received.push(buffer.toString('utf8', 0, length));
    }
  }

  close(): void {
    close(this.#fd);
  }
}
