import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import type { Server } from 'node:net';
import { clusterSchedulingOf } from './cluster-worker';
import { descriptorOf } from './node-internals';

/** open(2). Node opens nothing without it. */
const O_CLOEXEC = 0o2000000;

/**
 * Why the listening socket is not this process's alone, in words for one log line; undefined where it is. What the kernel is
 * told of a socket holds for all who have it: where new SYNs are dropped, nobody reaches the others either.
 *
 * A socket comes to others, or from them, in three ways: a descriptor that was open at the start, a handle sent between parent
 * and child (SCM_RIGHTS), and node's cluster, which sends them too. Linux only: elsewhere the kernel is told nothing.
 */
export function sharedBecause(server: Server): string | undefined {
  const scheduling = clusterSchedulingOf(server);
  if (scheduling === 'round-robin')
    return "the cluster's primary has the listening socket, and accepts for this worker";
  if (scheduling === 'shared') return "the cluster's other workers have the listening socket too";
  const fd = descriptorOf(server);
  if (fd === undefined || process.platform !== 'linux') return undefined;
  if (wasInherited(fd)) return `the descriptor ${fd} was handed over by the parent`;
  const socket = linkOf('self', fd);
  if (socket === undefined) return undefined;
  const holder = relatives().find((pid) => holds(pid, socket));
  return holder === undefined ? undefined : `process ${holder} has the listening socket too`;
}

/**
 * Whether it was open before Node was. The flag that says so is set on low descriptors at Node's start (uv_disable_stdio_inheritance);
 * those are known by being lower than what libuv opens first.
 */
function wasInherited(fd: number): boolean {
  const flags = /^flags:\s*([0-7]+)$/m.exec(textOf(`/proc/self/fdinfo/${fd}`))?.[1];
  if (flags === undefined) return false;
  if ((Number.parseInt(flags, 8) & O_CLOEXEC) === 0) return true;
  for (let lower = 0; lower < fd; lower += 1)
    if (linkOf('self', lower) === 'anon_inode:[eventpoll]') return false;
  return true;
}

/** Our children and theirs; and where the parent can send us handles, the parent, with what it has sent elsewhere. */
function relatives(): number[] {
  const roots = process.send === undefined ? [process.pid] : [process.ppid];
  const found = new Set<number>(roots);
  for (const pid of found) for (const child of childrenOf(pid)) found.add(child);
  found.delete(process.pid);
  return [...found];
}

/** A child belongs to the thread that has forked it (proc(5)); empty where the kernel does not say (CONFIG_PROC_CHILDREN). */
function childrenOf(pid: number): number[] {
  const threads = namesIn(`/proc/${pid}/task`);
  const lists = threads.map((thread) => textOf(`/proc/${pid}/task/${thread}/children`));
  return lists
    .join(' ')
    .split(/\s+/)
    .filter((text) => text !== '')
    .map(Number);
}

function holds(pid: number, socket: string): boolean {
  return namesIn(`/proc/${pid}/fd`).some((fd) => linkOf(pid, fd) === socket);
}

/** `socket:[inode]`, the same in every process. Undefined where it is gone, or another user's. */
function linkOf(pid: number | 'self', fd: number | string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/fd/${fd}`);
  } catch {
    return undefined;
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
