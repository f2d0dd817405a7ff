/** What the npm package `lastcall-drain` gives: any server's loss-free stop, and the order in which everything else stops. */
export type {
  AnyServer,
  Drainable,
  DrainOptions,
  DrainReport,
  HttpServerEvent,
  ListenerReport,
  Refusal,
  RefusalLook,
} from '../../adapters/http-server';
export { drainable } from './drainable';
export { type HttpOptions, type Lifecycle, type LifecycleOptions, lifecycle, type Part } from './lifecycle';
