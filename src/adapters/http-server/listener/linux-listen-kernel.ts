import { endianness } from 'node:os';
import { countHandshakes } from './handshakes';
import { type Libc, loadLibc } from './libc';
import type { AddressFamily, KernelAccess, ListenKernel } from './listen-kernel';

// asm-generic/socket.h and linux/tcp.h: the same on every architecture that koffi has a binary for.
const SOL_SOCKET = 1;
const SO_ATTACH_REUSEPORT_CBPF = 51;
const SO_DETACH_REUSEPORT_BPF = 68;
const IPPROTO_TCP = 6;
const TCP_INFO = 11;
const TCP_LISTEN = 10;
const FD_CLOEXEC = 1;
/** Of one look into the queue; under a flood, accepting until nothing waits might have no end. */
const MAX_ACCEPTED = 4_096;
/** In `struct tcp_info`; on a listening socket it is the length of the accept queue (tcp_get_info). */
const TCPI_UNACKED_OFFSET = 24;

// linux/in.h and linux/in6.h: the same on every architecture.
const IPPROTO_IP = 0;
const IP_MINTTL = 21;
const IPPROTO_IPV6 = 41;
const IPV6_MINHOPCOUNT = 73;

/** A packet that has passed a router has less, and hardly any host starts with it (Linux with 64, Windows with 128). */
export const HIGHEST_TTL = 255;
/** The default: every packet passes. */
export const ANY_TTL = 0;

const RETURN = 0x06; // BPF_RET | BPF_K

let access: KernelAccess | undefined;

/** Reaches the kernel through koffi; tried once a process, and never throws. */
export function linuxListenKernel(): KernelAccess {
  access ??= reach();
  return access;
}

function reach(): KernelAccess {
  if (process.platform !== 'linux')
    return { unavailable: `SYNs can be dropped on Linux only, and this is ${process.platform}` };
  if (endianness() !== 'LE')
    return { unavailable: `SYNs can be dropped on little-endian machines only, and this is ${process.arch}` };
  try {
    const libc = loadLibc();
    rehearse(libc);
    return { kernel: kernelThrough(libc) };
  } catch (error) {
    return { unavailable: `koffi could not be loaded: ${firstLine(error)}` };
  }
}

/** The first question makes the kernel load its tcp_diag module, where that is one: not on the way out, then. */
function rehearse(libc: Libc): void {
  try {
    countHandshakes(libc, 0, 'IPv4');
  } catch {
    // The close meets the same refusal, copes, and says so.
  }
}

function kernelThrough(libc: Libc): ListenKernel {
  return {
    dropNewSyns: (fd, family) => setMinimumTtl(libc, fd, family, HIGHEST_TTL),
    receiveAgain: (connection, family) => setMinimumTtl(libc, connection, family, ANY_TTL),
    acceptWaiting: (fd) => {
      const accepted: number[] = [];
      while (accepted.length < MAX_ACCEPTED) {
        const connection = libc.accept(fd);
        if (connection === undefined) break;
        accepted.push(connection);
      }
      return accepted;
    },
    acceptQueueLength: (fd) => acceptQueueLength(libc, fd),
    handshakes: (port, family) => countHandshakes(libc, port, family),
    preferTwin: (fd) => {
      // Members are in the order in which they listened, so a successor of ours is at 1 (reuseport_add_sock). If it is
      // the younger that stops, 1 is itself, whose SYNs are dropped: its clients try again after a second, at the older.
      libc.setProgram(fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, selectMember(1));
      return () => libc.setInt(fd, SOL_SOCKET, SO_DETACH_REUSEPORT_BPF, 0);
    },
    closeOnExec: (fd) => libc.setDescriptorFlags(fd, FD_CLOEXEC),
  };
}

function acceptQueueLength(libc: Libc, fd: number): number {
  const info = Buffer.alloc(104);
  libc.getOption(fd, IPPROTO_TCP, TCP_INFO, info);
  if (info.readUInt8(0) !== TCP_LISTEN) throw new Error(`descriptor ${fd} does not listen`);
  return info.readUInt32LE(TCPI_UNACKED_OFFSET);
}

function firstLine(error: unknown): string {
  return String(error instanceof Error ? error.message : error).split('\n', 1)[0] ?? '';
}

/**
 * Has the kernel drop, without a word, what arrives with a lower TTL (ip(7); made for RFC 5082).
 * On a listening socket that means SYNs alone: the ACK that ends a handshake under way is matched to that handshake
 * before the listener's minimum is looked at (tcp_v4_rcv, tcp_v6_rcv). The connection that it makes inherits the
 * minimum, though, and hears nothing until the minimum is lifted; its client sends again after 200 ms.
 * Needs no privilege, unlike a socket filter on TCP (CAP_NET_ADMIN since Linux commit 5d39580f68e6).
 * @param family of the socket: an IPv6 one may take IPv4 packets too, which have a minimum of their own.
 */
export function setMinimumTtl(libc: Libc, fd: number, family: AddressFamily, ttl: number): void {
  // First the younger option, so that a kernel which knows only one of them has set none.
  if (family === 'IPv6') libc.setInt(fd, IPPROTO_IPV6, IPV6_MINHOPCOUNT, ttl);
  libc.setInt(fd, IPPROTO_IP, IP_MINTTL, ttl);
}

/**
 * A classic BPF program of one instruction (struct sock_filter, linux/filter.h) that selects the member of a
 * `SO_REUSEPORT` group with this index; the kernel hashes where there is no such member.
 */
function selectMember(index: number): Buffer {
  const instruction = Buffer.alloc(8);
  instruction.writeUInt16LE(RETURN, 0);
  instruction.writeUInt32LE(index, 4);
  return instruction;
}
