import { type ListenTarget, OWN_NAMES } from './listener';

/** Why it cannot listen, in the words of whoever has set it up. `code` is that of the system's error, the cause. */
export class ListenError extends Error {
  readonly code: string | undefined;

  constructor(message: string, cause: NodeJS.ErrnoException) {
    super(`cannot listen: ${message}`, { cause });
    this.name = 'ListenError';
    this.code = cause.code;
  }
}

/** Says which setting made bind(2) or listen(2) fail with `error`, and what to do about it. */
export function listenError(error: NodeJS.ErrnoException, target: ListenTarget): ListenError {
  return new ListenError(`${explanation(error, target)} (${error.code ?? error.message})`, error);
}

function explanation({ code }: NodeJS.ErrnoException, target: ListenTarget): string {
  if (target.kind === 'inherited') {
    return `the descriptor ${target.fd} that was handed over is no listening socket`;
  }
  const { names = OWN_NAMES } = target;
  const host = `${names.host}=${target.host ?? ''}`;
  const port = `${names.port}=${target.port}`;
  const setHost = `set ${names.host} to an address of this machine, or leave it unset for all of them`;
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EAI_FAIL':
    case 'EAI_NODATA':
      // conda's and other tool chains' shells export the platform's name under HOST.
      return `${host} is no host that can be found; ${setHost} (a shell may have set it for another purpose)`;
    case 'EADDRNOTAVAIL':
      return `${host} is no address of this machine; ${setHost}`;
    case 'EAFNOSUPPORT':
    case 'EINVAL':
      return `${host} is an address that this machine has no interface for; ${setHost}`;
    case 'EACCES':
    case 'EPERM':
      return `this user may not listen on ${port}; choose a port from 1024 on, or allow it (CAP_NET_BIND_SERVICE)`;
    case 'EADDRINUSE':
      return `${port} is taken${target.host === undefined ? '' : ` at ${host}`}; stop whoever listens there, or choose another port`;
    default:
      return `${port} at ${target.host === undefined ? 'all addresses' : host}`;
  }
}
