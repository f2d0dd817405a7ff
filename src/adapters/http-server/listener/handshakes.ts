import type { Libc } from './libc';
import type { AddressFamily } from './listen-kernel';

const AF_NETLINK = 16;
const SOCK_RAW_CLOEXEC = 3 | 0o2000000;
const NETLINK_SOCK_DIAG = 4;
const SOCK_DIAG_BY_FAMILY = 20;
const NLM_F_REQUEST_AND_DUMP = 0x301;
const NLMSG_ERROR = 2;
const NLMSG_DONE = 3;
const MSG_DONTWAIT = 0x40;
const IPPROTO_TCP = 6;
const SYN_RECV = 1 << 3;
const HEADER_BYTES = 16; // struct nlmsghdr
const REQUEST_BYTES = HEADER_BYTES + 56; // and struct inet_diag_req_v2
const ADDRESS_FAMILY = { IPv4: 2, IPv6: 10 } as const;

/**
 * Counts handshakes under way on a local port, by sock_diag(7). `TCP_INFO` does not know them, and reading
 * /proc/net/tcp prints every socket of the machine; this walks them too, but in the kernel: 0.4 ms on a quiet
 * machine, 3 ms of CPU beside 13,000 connections.
 * A handshake by SYN cookie (a full SYN queue, a SYN flood) leaves nothing to count.
 * A handshake is listed under its listener's family, IPv4 clients of an IPv6 socket included (inet_reqsk_alloc).
 */
export function countHandshakes(libc: Libc, port: number, family: AddressFamily): number {
  const fd = libc.socket(AF_NETLINK, SOCK_RAW_CLOEXEC, NETLINK_SOCK_DIAG);
  try {
    libc.send(fd, request(ADDRESS_FAMILY[family], port), 0);
    return countAnswers(libc, fd);
  } finally {
    libc.close(fd);
  }
}

function request(family: number, port: number): Buffer {
  const message = Buffer.alloc(REQUEST_BYTES);
  message.writeUInt32LE(REQUEST_BYTES, 0);
  message.writeUInt16LE(SOCK_DIAG_BY_FAMILY, 4);
  message.writeUInt16LE(NLM_F_REQUEST_AND_DUMP, 6);
  message.writeUInt8(family, HEADER_BYTES);
  message.writeUInt8(IPPROTO_TCP, HEADER_BYTES + 1);
  message.writeUInt32LE(SYN_RECV, HEADER_BYTES + 4);
  message.writeUInt16BE(port, HEADER_BYTES + 8);
  return message;
}

/** The answer to a dump comes in datagrams, each ready as soon as the one before is read: nothing here blocks. */
function countAnswers(libc: Libc, fd: number): number {
  const datagram = Buffer.alloc(32_768);
  for (let count = 0; ; ) {
    const end = libc.receive(fd, datagram, MSG_DONTWAIT);
    for (let at = 0; at + HEADER_BYTES <= end; ) {
      const type = datagram.readUInt16LE(at + 4);
      if (type === NLMSG_DONE) return count;
      if (type === NLMSG_ERROR)
        throw new Error(`sock_diag: error ${datagram.readInt32LE(at + HEADER_BYTES)}`);
      count += 1;
      at += (datagram.readUInt32LE(at) + 3) & ~3; // NLMSG_ALIGN
    }
  }
}
