/** Preloaded into the service: SIGUSR2 steps its wall clock two days back. The monotonic clock goes on as it was. */
const RealDate = Date;
let offsetMs = 0;
globalThis.Date = class extends RealDate {
  constructor(...parts) {
    if (parts.length === 0) super(RealDate.now() + offsetMs);
    else super(...parts);
  }

  static now() {
    return RealDate.now() + offsetMs;
  }
};
process.on('SIGUSR2', () => {
  offsetMs -= 48 * 3_600_000;
  process.stderr.write('stepped\n');
});
