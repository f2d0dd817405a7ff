/** The first descriptor that is passed: SD_LISTEN_FDS_START in sd_listen_fds(3). */
const FIRST_FD = 3;

/**
 * The listening socket that systemd (or `systemd-socket-activate`) passed to this process, by the protocol of
 * sd_listen_fds(3): `LISTEN_PID` names us and `LISTEN_FDS` counts the descriptors, from 3 on.
 * Undefined when there is none: nothing set, or meant for another process (a parent that was not us).
 *
 * @throws Error that names the variable, when they are ours but unusable: not a number, or more than one socket.
 */
export function inheritedListener(
  env: NodeJS.ProcessEnv,
  pid: number,
): { readonly kind: 'inherited'; readonly fd: number } | undefined {
  const { LISTEN_PID, LISTEN_FDS } = env;
  if (!LISTEN_PID || !LISTEN_FDS) return undefined;
  if (!/^[1-9][0-9]*$/.test(LISTEN_PID))
    throw new Error(`LISTEN_PID: must be a process id, not "${LISTEN_PID}"`);
  if (Number(LISTEN_PID) !== pid) return undefined;
  if (!/^[0-9]+$/.test(LISTEN_FDS)) throw new Error(`LISTEN_FDS: must be a number, not "${LISTEN_FDS}"`);
  const count = Number(LISTEN_FDS);
  if (count === 0) return undefined;
  if (count > 1) {
    throw new Error(
      `LISTEN_FDS: one listening socket is served, so pass one (a single Listen= line), not ${count}`,
    );
  }
  return { kind: 'inherited', fd: FIRST_FD };
}
