/** One classic BPF instruction: code, jump if true, jump if false, constant (struct sock_filter, linux/filter.h). */
type Instruction = readonly [code: number, jumpTrue: number, jumpFalse: number, constant: number];

const LOAD_BYTE = 0x30; // BPF_LD | BPF_B | BPF_ABS
const AND = 0x54; // BPF_ALU | BPF_AND | BPF_K
const JUMP_IF_EQUAL = 0x15; // BPF_JMP | BPF_JEQ | BPF_K
const RETURN = 0x06; // BPF_RET | BPF_K

const TCP_FLAGS_OFFSET = 13;
const SYN = 0x02;
const ACK = 0x10;

/**
 * Drops a packet that opens a connection (SYN without ACK) and passes everything else whole.
 * A filter on a TCP socket sees the packet from its TCP header on, over IPv4 and IPv6 alike (tcp_v4_rcv,
 * tcp_v6_rcv). Accepted sockets inherit it, where it does no harm: an established connection needs no SYN.
 */
export const dropSyns = encode([
  [LOAD_BYTE, 0, 0, TCP_FLAGS_OFFSET],
  [AND, 0, 0, SYN | ACK],
  [JUMP_IF_EQUAL, 0, 1, SYN],
  [RETURN, 0, 0, 0],
  [RETURN, 0, 0, 0xffffffff],
]);

/** Selects the member of a `SO_REUSEPORT` group with this index; the kernel hashes where there is no such member. */
export const selectMember = (index: number): Buffer => encode([[RETURN, 0, 0, index]]);

function encode(program: readonly Instruction[]): Buffer {
  const bytes = Buffer.alloc(program.length * 8);
  program.forEach(([code, jumpTrue, jumpFalse, constant], index) => {
    const at = index * 8;
    bytes.writeUInt16LE(code, at);
    bytes.writeUInt8(jumpTrue, at + 2);
    bytes.writeUInt8(jumpFalse, at + 3);
    bytes.writeUInt32LE(constant, at + 4);
  });
  return bytes;
}
