/**
 * What counts as "at the same time". The drill's own event loop reads what happened a little later than it happened:
 * a turn of it that has 64 connections to read takes a few milliseconds. On a busy machine it is late by more: each trial measures
 * by how much, and that is added to the times of ends, exits and the listener's close.
 */

/** Ends that follow each other within this may be one burst: a process that goes takes all of its connections at once. */
export const BURST_GAP_MS = 5;

/** How much later than the last of these the parent may learn of the exit. */
export const EXIT_NOTICE_MS = 10;

/** No burst begins earlier than this before the exit is known. */
export const BURST_MS = 25;

/** What was sent before a burst may be read in the middle of it. */
export const MIXED_MS = 3;

/** The listener's close is known to within a few milliseconds: it is knocked on every 4 ms. */
export const LISTENER_MS = 20;

/** A FIN that was sent before a request was written may be read this much after it. */
export const UNREAD_FIN_MS = 5;

/** A connection that has been established for this long was accepted, unless the server stood still. */
export const QUEUED_MS = 100;

/** So was one that said nothing for this long before its first request. */
export const SILENT_MS = 25;

/** How soon SIGTERM ends a process which does not handle it, even on a busy machine. */
export const DEFAULT_ACTION_MS = 100;

/** How early an end may be read that was SIGKILL's. */
export { JUST_BEFORE_KILL_MS as KILL_MS } from '../accounting/fate';

/** The database's sessions are looked at every 8 ms. */
export const POOL_MS = 10;

/** Servers end connections as idle after a second at the earliest; tests and development servers after less. */
export const IDLE_MS = 100;
