import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Ajv from 'ajv/dist/2020';
import { type Browser, chromium, type Page } from 'playwright-core';
import { describeWith, findTool } from '../../../../test/support/optional-suite';
import { FATES } from '../../src/accounting/fate';
import { oneShot } from '../../src/modes/one-shot';
import { htmlReport } from '../../src/report/html';
import type { ModeReport, Report, TrialReport } from '../../src/report/report-schema';
import { DRILL } from '../support/drill-process';
import { lossyResult, modeResult, outcomeOf } from './support/outcome';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
];
const MODES = ['kept-alive', 'health'];

let folder: string;
let json: Report & { readonly modes: readonly (ModeReport & { readonly shown: TrialReport })[] };
let output: string;
let exitCode: number;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'drill-report-'));
  const server = `${process.execPath} ${path.join(__dirname, '..', 'fixtures', 'naive-close.js')}`;
  const files = ['--json', `${folder}/drill.json`, '--report', `${folder}/drill.html`];
  const load = ['--mode', MODES.join(','), '--trials', '1', '--clients', '12', '--grace', '700'];
  const config = ['--config', path.resolve(__dirname, '../../../../drill.yaml')];
  const postgres = ['--postgres', process.env.LASTCALL_TEST_SERVER_URL ?? ''];
  const [node, main = ''] = DRILL;
  const words = [main, ...config, ...postgres, '--cmd', server, ...load, ...files];
  const drill = spawn(node, words, {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  output = '';
  drill.stdout.on('data', (bytes: Buffer) => {
    output += bytes.toString();
  });
  [exitCode] = (await once(drill, 'close')) as [number];
  json = JSON.parse(await readFile(`${folder}/drill.json`, 'utf8')) as typeof json;
}, 60_000);

afterAll(() => rm(folder, { recursive: true }));

test('a server that loses makes the drill exit with 1, and the terminal shows the figures of the JSON', () => {
  expect(exitCode).toBe(1);
  for (const mode of json.modes) {
    const row = output.split('\n').find((line) => line.includes(` ${mode.mode} `)) ?? '';
    const cells = row.split('│').map((text) => text.trim());
    expect(cells).toEqual(expect.arrayContaining([String(mode.requests), String(mode.counts.lost)]));
  }
});

test('the JSON is as its schema says', async () => {
  const schema = path.resolve(__dirname, '../../schema/report.schema.json');
  const isValid = new Ajv().compile(JSON.parse(await readFile(schema, 'utf8')));
  isValid(json);
  expect(isValid.errors).toBeNull();
});

test('the page asks for nothing from outside itself', async () => {
  const page = await readFile(`${folder}/drill.html`, 'utf8');
  expect(page.match(/(?:src|href)="(?!#)[^"]*"/g)).toBeNull();
  expect(page).not.toMatch(/@import|url\(/);
});

describeWith('chromium', 'in a headless browser', () => {
  let browser: Browser;
  let page: Page;
  const problems: string[] = [];

  beforeAll(async () => {
    // playwright gives every launch a fresh user-data folder and removes it.
    browser = await chromium.launch({ executablePath: findTool('chromium') ?? '', args: FLAGS });
    page = await browser.newPage({ viewport: { width: 1340, height: 900 } });
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('request', (request) => {
      if (!request.url().startsWith('file:')) problems.push(`a request to ${request.url()}`);
    });
    await page.goto(`file://${folder}/drill.html`);
  }, 30_000);

  afterAll(() => browser.close());

  const numberIn = async (selector: string) => Number(await page.locator(selector).textContent());

  test('its table, its legend and its bars have the counts of the JSON', async () => {
    for (const { mode, counts, shown } of json.modes) {
      for (const fate of FATES) {
        const bars = page.locator(`figure[data-mode="${mode}"] rect.bar[data-fate="${fate}"]`);
        expect([mode, fate, await bars.count()]).toEqual([mode, fate, shown.counts[fate]]);
        const chip = `figure[data-mode="${mode}"] button[data-chip="${fate}"] b`;
        if (shown.counts[fate]) expect(await numberIn(chip)).toBe(shown.counts[fate]);
        const cell = page.locator(`tr[data-mode="${mode}"] td[data-count="${fate}"]`);
        if ((await cell.count()) > 0) expect(Number(await cell.textContent())).toBe(counts[fate]);
        else expect(counts[fate]).toBe(0);
      }
      expect(shown.requests.length).toBeGreaterThan(20);
    }
  });

  test('every mark of the trial is labelled, the signal among them', async () => {
    for (const { mode, shown } of json.modes) {
      const labels = await page.locator(`figure[data-mode="${mode}"] .mark-label`).allTextContents();
      expect(shown.marks.map(({ label }) => label)).toContain('signal');
      expect(labels.map((text) => text.split('  ')[0])).toEqual(shown.marks.map(({ label }) => label));
    }
  });

  test('the picture is painted: bars in their colours cover part of it', async () => {
    const figure = page.locator('figure[data-mode="kept-alive"]');
    await figure.scrollIntoViewIfNeeded();
    // The plot alone: the chips of the legend have the same colours.
    const screenshot = (await figure.locator('svg.plot').screenshot()).toString('base64');
    const share = (name: string) => page.evaluate(SHARE_OF_COLOUR, { screenshot, name });
    expect(await share('acknowledged')).toBeGreaterThan(0.05);
    // How wide the bars of the lost are is the machine's speed.
    expect(await share('lost')).toBeGreaterThan(0);
  }, 20_000);

  test('a press on a fate dims the others, and the whole trial can be shown', async () => {
    const figure = page.locator('figure[data-mode="kept-alive"]');
    await figure.locator('button[data-chip="lost"]').click();
    const counts: Partial<Record<string, number>> = json.modes[0]?.shown.counts ?? {};
    const others = FATES.filter((fate) => fate !== 'lost').reduce(
      (sum, fate) => sum + (counts[fate] ?? 0),
      0,
    );
    expect(await figure.locator('rect.bar.dim').count()).toBe(others);
    const before = await figure.locator('svg.lanes').getAttribute('viewBox');
    await figure.locator('button[data-zoom="closer"]').click();
    expect(await figure.locator('svg.lanes').getAttribute('viewBox')).not.toBe(before);
  });

  test('says why, where a cause is known, and takes nothing in it for HTML', async () => {
    const evidence = ['<b>reset</b>', '</pre><script>nothing.such()</script>'];
    const result = lossyResult({ title: 'Answers <i>are</i> cut off', evidence });
    await writeFile(`${folder}/why.html`, htmlReport(outcomeOf([result, modeResult({ mode: oneShot })])));
    const why = await browser.newPage();
    why.on('pageerror', (error) => problems.push(error.message));
    await why.goto(`file://${folder}/why.html`);
    expect(await why.locator('.why').count()).toBe(1);
    const cause = why.locator('section#kept-alive .cause');
    expect(await cause.locator('h4').textContent()).toBe('Answers <i>are</i> cut off 3 requests');
    expect(await cause.locator('.advice').textContent()).toBe('Wait for them.');
    expect(await cause.locator('pre').isVisible()).toBe(false);
    await cause.locator('summary').click();
    expect(await cause.locator('pre').textContent()).toBe(evidence.join('\n'));
    await why.close();
  });

  test('nothing fails in the page, and it asks for nothing else', () => {
    expect(problems).toEqual([]);
  });
});

/** Runs in the page: which share of the screenshot's pixels has the colour of the fate's chip. */
const SHARE_OF_COLOUR = async ({
  screenshot,
  name,
}: {
  screenshot: string;
  name: string;
}): Promise<number> => {
  // biome-ignore lint/suspicious/noExplicitAny: the browser's globals are not among this project's types
  const { document, getComputedStyle, Image, OffscreenCanvas } = globalThis as any;
  const chip = document.querySelector(`figure[data-mode="kept-alive"] button[data-chip="${name}"] i`);
  const wanted: number[] = getComputedStyle(chip).backgroundColor.match(/\d+/g).map(Number);
  const image = new Image();
  image.src = `data:image/png;base64,${screenshot}`;
  await image.decode();
  const context = new OffscreenCanvas(image.width, image.height).getContext('2d');
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, image.width, image.height);
  let same = 0;
  for (let at = 0; at < data.length; at += 4) {
    if (wanted.every((value, channel) => Math.abs(data[at + channel] - value) < 12)) same += 1;
  }
  return same / (data.length / 4);
};
