import type { Fault } from './fault';
import type { TrialView } from './trial-view';

const SAME_MOMENT_MS = 1;

/** One request in a line: what was seen on its connection, with times relative to the signal. */
export function inWords(fault: Fault, trial: TrialView): string {
  const { seen, effects, fate, reason } = fault.request;
  const at = (time: number) => sinceSignal(time, trial);
  const parts: string[] = [];
  const connectedAt = fault.span?.connectedAt ?? seen.connectedAt;
  if (connectedAt !== null) parts.push(`established ${at(connectedAt)}`);
  const last = fault.lastAnswer?.seen.answeredAt ?? null;
  if (last !== null) parts.push(`last answer ${at(last)}`);
  parts.push(written(fault, at));
  const firstReadAt = fault.span?.firstReadAt ?? null;
  // On a connection with earlier answers, the first bytes were theirs.
  if (fault.answerBegan && fault.lastAnswer === null && firstReadAt !== null) {
    parts.push(`the first bytes of an answer ${at(firstReadAt)}`);
  }
  parts.push(outcome(fault, at));
  if (fate === 'missing') parts.push('no effect');
  if (effects !== null && effects > 0)
    parts.push(effects === 1 ? 'its effect is there' : `${effects} effects`);
  return `${who(fault)}: ${parts.join(', ')}${reason === undefined ? '' : `; ${clip(reason)}`}`;
}

/** Such as `+0.8 ms`: after the signal, or before it. */
export function sinceSignal(time: number, { facts }: TrialView): string {
  const ms = time - facts.signalledAt;
  return `${ms < 0 ? '-' : '+'}${Math.abs(ms).toFixed(1)} ms`;
}

const CLIPPED = 160;

/** Text that the server wrote may be of any length. */
export function clip(text: string): string {
  return text.length <= CLIPPED ? text : `${text.slice(0, CLIPPED)}...`;
}

function who({ request: { seen } }: Fault): string {
  const line =
    seen.connection === null ? `a library of client ${seen.client}` : `connection ${seen.connection}`;
  return seen.kind === 'request' ? line : `${seen.kind} on ${line}`;
}

function written({ request: { seen } }: Fault, at: (time: number) => string): string {
  const { firstByteAt: first, allBytesAt: last, bytesWritten: bytes } = seen;
  if (first === null) return 'nothing written';
  // A library does not tell of bytes.
  if (seen.connection === null) return `sent ${at(first)}`;
  if (last === null) return `${bytes} bytes written from ${at(first)} on, and not yet all`;
  const span = last - first > SAME_MOMENT_MS ? `from ${at(first)} to ${at(last)}` : at(first);
  return `${bytes} bytes written ${span}`;
}

function outcome({ request: { seen }, endedAt }: Fault, at: (time: number) => string): string {
  if (seen.answeredAt !== null) return `answered ${seen.status ?? 'without a status'} ${at(seen.answeredAt)}`;
  if (endedAt === null) return 'its end was not seen';
  return `${clip(seen.error ?? 'no answer')} ${at(endedAt)}`;
}
