import { type AttachOptions, type DrainOptions, plainRefusal } from '../../adapters/http-server';
import { guardedObserver, guardedRefusal } from './guarded-callbacks';

const TIMES = { timeoutMs: 8_000, lingerMs: 500, delayMs: 0, silentClientTimeoutMs: 5_000 };
const POLICIES = { upgraded: 'end', eventStreams: 'end' } as const;
const FUNCTIONS = ['refusal', 'onEvent'] as const;

/** Of the time for requests, where nobody says how long to linger: who has little of it needs some for the answers. */
const LINGER_SHARE = 0.5;

/** @throws TypeError that names every fault, one a line. */
export function checkOptions(options: DrainOptions): AttachOptions {
  const known = [...Object.keys(TIMES), ...Object.keys(POLICIES), ...FUNCTIONS];
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const checked = { ...TIMES, ...POLICIES, refusal: plainRefusal, onEvent: () => {}, ...given };
  const faults = Object.keys(given)
    .filter((name) => !known.includes(name))
    .map((name) => `there is no option ${name}; there are ${known.join(', ')}`);
  for (const name of Object.keys(TIMES) as (keyof typeof TIMES)[]) {
    const value = checked[name];
    // The longest that a timer takes.
    if (!Number.isSafeInteger(value) || value < 0 || value >= 2 ** 31)
      faults.push(`${name} must be a whole number of milliseconds below 2^31, not ${String(value)}`);
  }
  for (const name of Object.keys(POLICIES) as (keyof typeof POLICIES)[]) {
    if (checked[name] !== 'end' && checked[name] !== 'wait')
      faults.push(`${name} must be 'end' or 'wait', not ${JSON.stringify(checked[name])}`);
  }
  for (const name of FUNCTIONS) {
    if (typeof checked[name] !== 'function') faults.push(`${name} must be a function`);
  }
  if (faults.length === 0) faults.push(...misfits(checked, given));
  if (faults.length > 0) throw new TypeError(`drainable: ${faults.join('\n')}`);
  const fittingMs = Math.floor((checked.timeoutMs - checked.delayMs) * LINGER_SHARE);
  return {
    ...checked,
    lingerMs: 'lingerMs' in given ? checked.lingerMs : Math.min(TIMES.lingerMs, fittingMs),
    refusal: guardedRefusal(checked.refusal),
    onEvent: guardedObserver(checked.onEvent),
  };
}

/** Of what was given, and of nothing else: nobody looks for the fault in what he has not said. */
function misfits(checked: Pick<AttachOptions, keyof typeof TIMES>, given: object): string[] {
  const parts = (['delayMs', 'lingerMs'] as const).filter((name) => name in given);
  const sumMs = parts.reduce((sum, name) => sum + checked[name], 0);
  if (sumMs <= checked.timeoutMs) return [];
  const [names, verb] = [parts.map((name) => `${name} (${checked[name]})`), parts.length > 1 ? 'do' : 'does'];
  return [`${names.join(' and ')} ${verb} not fit into timeoutMs (${checked.timeoutMs})`];
}
