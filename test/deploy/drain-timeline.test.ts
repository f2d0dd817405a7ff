import { readFileSync } from 'node:fs';
import path from 'node:path';
import { DEPLOY } from './support/deploy-folder';
import { configIn, manifests } from './support/manifests';

const svg = readFileSync(path.join(DEPLOY, '../docs/drain-timeline.svg'), 'utf8');
const haproxy = readFileSync(path.join(DEPLOY, 'haproxy/haproxy.cfg'), 'utf8');
const pod = manifests().get('Deployment').spec.template.spec;

/** The picture's scale. A bar of no length is drawn three pixels wide. */
const ORIGIN = 170;
const PIXELS_PER_SECOND = 40;
const LEAST = 3 / PIXELS_PER_SECOND;

const seconds = (pixels: string | undefined) => Number(pixels) / PIXELS_PER_SECOND;

describe('the picture of a drain', () => {
  it('has the times of the manifest, as numbers and as lengths', () => {
    const bars = [...svg.matchAll(/<rect class="\w+" x="(.*?)".*? width="(.*?)".*\n<text.*?>(.*?)</g)];
    const drawn = bars.map(([, x, width, text = '']) => ({
      from: seconds(x) - ORIGIN / PIXELS_PER_SECOND,
      lasts: seconds(width),
      numbers: text.match(/(?<=[: ])\d[\d.]*/g)?.map(Number),
    }));

    const grace = pod.terminationGracePeriodSeconds;
    const [container] = pod.containers;
    const preStop = container.lifecycle.preStop.sleep.seconds;
    const { timeoutMs, delayMs, lingerMs, requestsByMs, disposalMs } = configIn(container).drain;
    const requests = requestsByMs / 1_000;
    const disposal = disposalMs / 1_000;
    expect(drawn).toEqual([
      { from: 0, lasts: grace, numbers: [grace] },
      { from: 0, lasts: preStop, numbers: [preStop] },
      { from: preStop, lasts: timeoutMs / 1_000, numbers: [timeoutMs] },
      { from: preStop, lasts: Math.max(LEAST, delayMs / 1_000), numbers: [delayMs] },
      { from: preStop, lasts: lingerMs / 1_000, numbers: [lingerMs] },
      { from: preStop, lasts: requests, numbers: [requests] },
      { from: preStop + requests, lasts: disposal, numbers: [disposal] },
    ]);
  });

  it("asks /health as often as HAProxy's configuration does", () => {
    const everyMs = Number(haproxy.match(/check inter (\d+)ms/)?.[1]);
    const [first = 0, ...later] = [...svg.matchAll(/class="tick" x1="(.*?)"/g)].map(([, x]) => seconds(x));
    expect(svg).toContain(`asks /health each ${everyMs} ms`);
    expect(later).toEqual(later.map((_, index) => first + ((index + 1) * everyMs) / 1_000));
  });
});
