/**
 * The only door of this folder: an HTTP server on node:http whose stop loses no request. It knows nothing of frameworks, of the
 * shape of errors, of logs, or of what the requests are about.
 */
export type { AttachOptions, Drainable, DrainOptions, DrainReport, ListenerReport } from './attached/api';
export { type AnyServer, attach, drains, isDrainable } from './attached/attach';
export { DrainingServer } from './draining/draining-server';
export type { HttpServerEvent, HttpServerObserver } from './draining/events';
export type { ConnectionCounts, DrainingServerOptions, HttpLimits } from './draining/options';
export { plainRefusal, type Refusal, type RefusalKind, type RefusalLook } from './draining/refusals';
export { type CloseOptions, closeListener } from './listener/close-listener';
export type { KernelAccess, ListenKernel } from './listener/listen-kernel';
export type { Listener, ListenerCloseReport, ListenTarget } from './listener/listener';
export { openListener } from './listener/open-listener';
