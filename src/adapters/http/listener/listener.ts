export { type CloseOptions, closeListener } from './close-listener';
export type { ListenerCloseReport } from './close-report';
export type { KernelAccess, ListenKernel } from './listen-kernel';
export type { Listener, ListenTarget } from './listen-target';
export { openListener } from './open-listener';
