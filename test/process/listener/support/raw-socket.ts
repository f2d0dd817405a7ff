import { type Libc, loadLibc } from '../../../../src/adapters/http-server/listener/libc';
import {
  ANY_TTL,
  HIGHEST_TTL,
  setMinimumTtl,
} from '../../../../src/adapters/http-server/listener/linux-listen-kernel';

const AF_INET = 2;
const SOCK_STREAM = 1;
const SOCK_NONBLOCK = 0o4000;
const SOL_SOCKET = 1;
const SO_REUSEADDR = 2;
const MSG_DONTWAIT = 0x40;

interface Addresses {
  bind(fd: number, address: Buffer, length: number): number;
  listen(fd: number, backlog: number): number;
  connect(fd: number, address: Buffer, length: number): number;
  getsockname(fd: number, address: Buffer, length: Uint32Array): number;
}

function addresses(): Addresses {
  const lib = require('koffi').load(null);
  return {
    bind: lib.func('int bind(int, const void *, uint32)'),
    listen: lib.func('int listen(int, int)'),
    connect: lib.func('int connect(int, const void *, uint32)'),
    getsockname: lib.func('int getsockname(int, void *, uint32 *)'),
  };
}

function loopback(port: number): Buffer {
  const address = Buffer.from([AF_INET, 0, 0, 0, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
  address.writeUInt16BE(port, 2);
  return address;
}

/** A listening socket that nobody accepts from, as systemd holds one. Node's own would be accepted from at once. */
export function heldSocket(): { fd: number; port: number; close(): void } {
  const libc = loadLibc();
  const { bind, listen, getsockname } = addresses();
  const fd = libc.socket(AF_INET, SOCK_STREAM, 0);
  libc.setInt(fd, SOL_SOCKET, SO_REUSEADDR, 1);
  const address = loopback(0);
  if (bind(fd, address, 16) !== 0 || listen(fd, 511) !== 0) throw new Error('bind or listen failed');
  getsockname(fd, address, new Uint32Array([16]));
  return { fd, port: address.readUInt16BE(2), close: () => libc.close(fd) };
}

/** A client whose SYN has arrived, and who does not hear the answer: a handshake that stays under way. */
export class HalfConnectedClient {
  readonly #libc: Libc = loadLibc();
  readonly #fd: number;

  constructor(port: number) {
    this.#fd = this.#libc.socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    setMinimumTtl(this.#libc, this.#fd, 'IPv4', HIGHEST_TTL);
    addresses().connect(this.#fd, loopback(port), 16);
  }

  /** Lets the next retransmission of the SYN-ACK through, which the kernel sends within a second. */
  listenAgain(): void {
    setMinimumTtl(this.#libc, this.#fd, 'IPv4', ANY_TTL);
  }

  /** What the server sent until now; throws ECONNRESET where the connection was reset. */
  received(): string {
    const into = Buffer.alloc(1024);
    return into.toString('latin1', 0, this.#libc.receive(this.#fd, into, MSG_DONTWAIT));
  }

  send(text: string): void {
    this.#libc.send(this.#fd, Buffer.from(text, 'latin1'), MSG_DONTWAIT);
  }

  close(): void {
    this.#libc.close(this.#fd);
  }
}
