import { getSystemErrorName } from 'node:util';

/** The slice of koffi that we use: it is an optional dependency, so its own types may be absent. */
interface Koffi {
  load(path: null): { func(name: string, result: string, parameters: readonly unknown[]): NativeFunction };
  struct(fields: Record<string, string>): unknown;
  pointer(type: unknown): unknown;
  sizeof(type: unknown): number;
  errno(): number;
}
type NativeFunction = (...values: unknown[]) => number;

/** The system calls that the listener needs. All but `accept` throw an Error with the errno's name where the call fails. */
export interface Libc {
  setInt(fd: number, level: number, option: number, value: number): void;
  /** Sets an option that takes a `struct sock_fprog`, from encoded `struct sock_filter`s of 8 bytes. */
  setProgram(fd: number, level: number, option: number, program: Buffer): void;
  /** Fills `into` and returns how many bytes the kernel wrote. */
  getOption(fd: number, level: number, option: number, into: Buffer): number;
  setDescriptorFlags(fd: number, flags: number): void;
  /** Non-blocking and close-on-exec, as libuv does it. Undefined where nothing waits or descriptors run short. */
  accept(fd: number): number | undefined;
  socket(domain: number, type: number, protocol: number): number;
  send(fd: number, message: Buffer, flags: number): number;
  receive(fd: number, into: Buffer, flags: number): number;
  close(fd: number): void;
}

const F_SETFD = 2;
const SOCK_NONBLOCK_CLOEXEC = 0o4000 | 0o2000000;

/** Whether it is not there to be loaded, without loading it. */
export function isKoffiMissing(): boolean {
  try {
    require.resolve('koffi');
    return false;
  } catch {
    return true;
  }
}

/**
 * Binds the functions of the C library that this process runs on (glibc or musl).
 * Loading koffi takes about 10 ms and 3 MB. Throws where koffi is not installed or has no binary for this platform.
 */
export function loadLibc(): Libc {
  const koffi: Koffi = require('koffi');
  const lib = koffi.load(null);
  const bind = (name: string, ...parameters: unknown[]): NativeFunction => {
    const call = lib.func(name, 'int', parameters);
    return (...values) => {
      const result = call(...values);
      if (result === -1) throw new Error(`${name}: ${getSystemErrorName(-koffi.errno())}`);
      return result;
    };
  };
  const program = koffi.struct({ length: 'uint16', filter: 'void *' });
  const setInt = bind('setsockopt', 'int', 'int', 'int', 'const int *', 'uint32');
  const setProgram = bind('setsockopt', 'int', 'int', 'int', koffi.pointer(program), 'uint32');
  const getOption = bind('getsockopt', 'int', 'int', 'int', 'void *', 'uint32 *');
  const accept4 = lib.func('accept4', 'int', ['int', 'void *', 'void *', 'int']);
  const fcntl = bind('fcntl', 'int', 'int', '...');
  const send = bind('send', 'int', 'const void *', 'size_t', 'int');
  const receive = bind('recv', 'int', 'void *', 'size_t', 'int');
  const programBytes = koffi.sizeof(program);
  return {
    setInt: (fd, level, option, value) => void setInt(fd, level, option, [value], 4),
    setProgram: (fd, level, option, code) =>
      void setProgram(fd, level, option, { length: code.length / 8, filter: code }, programBytes),
    getOption: (fd, level, option, into) => {
      const length = new Uint32Array([into.length]);
      getOption(fd, level, option, into, length);
      return length[0] ?? 0;
    },
    setDescriptorFlags: (fd, flags) => void fcntl(fd, F_SETFD, 'int', flags),
    accept: (fd) => {
      const accepted = accept4(fd, null, null, SOCK_NONBLOCK_CLOEXEC);
      return accepted < 0 ? undefined : accepted;
    },
    socket: bind('socket', 'int', 'int', 'int'),
    send: (fd, message, flags) => send(fd, message, message.length, flags),
    receive: (fd, into, flags) => receive(fd, into, into.length, flags),
    close: bind('close', 'int'),
  };
}
