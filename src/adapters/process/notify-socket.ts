import { getSystemErrorName } from 'node:util';

/** The slice of koffi that we use: it is an optional dependency, so its own types may be absent. */
interface Koffi {
  load(path: null): { func(name: string, result: string, parameters: readonly string[]): NativeCall };
  errno(): number;
}
type NativeCall = (...values: unknown[]) => number;

const AF_UNIX = 1;
const SOCK_DGRAM_CLOEXEC = 2 | 0o2000000;
/** The event loop must not wait for a supervisor that does not read. */
const MSG_DONTWAIT_NOSIGNAL = 0x40 | 0x4000;

/** Sends one datagram to systemd. Throws where it could not be sent. */
export type SendNotice = (text: string) => void;

/**
 * A sender to the Unix datagram socket at `path` (`NOTIFY_SOCKET` of sd_notify(3); `@` begins an abstract name).
 *
 * Node has no Unix datagrams. The program `systemd-notify` has, but it is another process, whose messages
 * `NotifyAccess=main` refuses; koffi is loaded by then, for the listener, and a datagram costs microseconds.
 *
 * @throws Error where koffi is not installed or has no binary for this platform.
 */
export function notifySocket(path: string): SendNotice {
  const koffi: Koffi = require('koffi');
  const libc = koffi.load(null);
  const socket = libc.func('socket', 'int', ['int', 'int', 'int']);
  const sendTo = libc.func('sendto', 'int', [
    'int',
    'const void *',
    'size_t',
    'int',
    'const void *',
    'uint32',
  ]);
  const address = unixAddress(path);
  const checked = (result: number, call: string): number => {
    if (result < 0) throw new Error(`${call}: ${getSystemErrorName(-koffi.errno())}`);
    return result;
  };
  const fd = checked(socket(AF_UNIX, SOCK_DGRAM_CLOEXEC, 0), 'socket');
  return (text) => {
    const bytes = Buffer.from(text);
    checked(sendTo(fd, bytes, bytes.length, MSG_DONTWAIT_NOSIGNAL, address, address.length), 'sendto');
  };
}

/** A `struct sockaddr_un` (unix(7)): the family in host order, then the path, or an abstract name after a NUL. */
function unixAddress(path: string): Buffer {
  const family = Buffer.from(new Uint16Array([AF_UNIX]).buffer);
  return Buffer.concat([family, Buffer.from(path.startsWith('@') ? `\0${path.slice(1)}` : `${path}\0`)]);
}
