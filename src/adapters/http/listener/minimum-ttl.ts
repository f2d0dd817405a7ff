import type { Libc } from './libc';
import type { AddressFamily } from './listen-kernel';

// linux/in.h and linux/in6.h: the same on every architecture.
const IPPROTO_IP = 0;
const IP_MINTTL = 21;
const IPPROTO_IPV6 = 41;
const IPV6_MINHOPCOUNT = 73;

/** A packet that has passed a router has less, and hardly any host starts with it (Linux with 64, Windows with 128). */
export const HIGHEST_TTL = 255;
/** The default: every packet passes. */
export const ANY_TTL = 0;

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
