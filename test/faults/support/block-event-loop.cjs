/** Preloaded into the service: SIGUSR2 blocks its event loop for a second, as a slow synchronous call does. */
process.on('SIGUSR2', () => {
  process.stderr.write('blocked\n');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_000);
});
