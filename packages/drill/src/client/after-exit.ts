/** An established connection that hears nothing this long after the server's exit is cut. */
const SILENCE_AFTER_EXIT_MS = 2000;

/**
 * Gives a connection up once the server has gone: at once where its handshake still waits, else after a silence.
 *
 * @returns forgets it; to be called when the connection has ended by itself
 */
export function watchExit(
  gone: AbortSignal,
  isOpen: () => boolean,
  giveUp: (why: string) => void,
): () => void {
  const cut = () => {
    if (!isOpen()) giveUp('no handshake before the exit');
    else setTimeout(() => giveUp('silence after the exit'), SILENCE_AFTER_EXIT_MS).unref();
  };
  if (gone.aborted) cut();
  else gone.addEventListener('abort', cut, { once: true });
  return () => gone.removeEventListener('abort', cut);
}
