const RETURN = 0x06; // BPF_RET | BPF_K

/**
 * A classic BPF program of one instruction (struct sock_filter, linux/filter.h) that selects the member of a
 * `SO_REUSEPORT` group with this index; the kernel hashes where there is no such member.
 */
export function selectMember(index: number): Buffer {
  const instruction = Buffer.alloc(8);
  instruction.writeUInt16LE(RETURN, 0);
  instruction.writeUInt32LE(index, 4);
  return instruction;
}
