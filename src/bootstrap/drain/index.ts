/** What the npm package `lastcall-drain` gives: any server's loss-free stop, and the order in which everything else stops. */
export {
  type AnyServer,
  type Drainable,
  type DrainOptions,
  type DrainReport,
  drainable,
  type HttpServerEvent,
  type ListenerReport,
  type Refusal,
  type RefusalLook,
} from '../../adapters/http-server';
export { type HttpOptions, type Lifecycle, type LifecycleOptions, lifecycle, type Part } from './lifecycle';
