import { chromium } from 'playwright-core';
import { describeWith, findTool } from '../support/optional-suite';
import { createTestDatabase, type TestDatabase } from '../support/postgres';
import { ServiceProcess } from '../support/service-process';

describeWith('chromium', '/docs in a browser', () => {
  let database: TestDatabase;
  let service: ServiceProcess;

  beforeAll(async () => {
    database = await createTestDatabase();
    service = await ServiceProcess.start(database.url);
  });

  afterAll(async () => {
    await ServiceProcess.killAll();
    await database.drop();
  });

  it('shows every operation, asks nobody else for anything, and breaks no rule of its own policy', async () => {
    const browser = await chromium.launch({
      executablePath: findTool('chromium') ?? '',
      // As root there is no sandbox to be had, and in a container /dev/shm is too small.
      args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'],
    });
    try {
      const page = await browser.newPage({ viewport: { width: 1100, height: 1300 } });
      const asked: string[] = [];
      const complaints: string[] = [];
      page.on('request', (request) => asked.push(request.url()));
      page.on('pageerror', (error) => complaints.push(String(error)));
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text());
      });
      page.on('response', (response) => {
        if (response.status() >= 400) complaints.push(`${response.status()} ${response.url()}`);
      });
      await page.goto(`${service.url}/docs`);
      const work = page.locator('#operations-Jobs-submitWork');
      await work.waitFor();
      const paths = await page.locator('.opblock-summary-path').allInnerTexts();
      expect(paths.map((path) => path.replaceAll('\u200b', ''))).toEqual([
        '/work',
        '/work/{id}',
        '/health',
        '/livez',
        '/readyz',
        '/metrics',
        '/openapi.json',
        '/docs',
        '/docs/{file}',
      ]);
      await work.locator('.opblock-summary').click();
      await work.getByText('Idempotency-Key').first().waitFor();
      const { DOCS_SCREENSHOT } = process.env;
      if (DOCS_SCREENSHOT) await page.screenshot({ path: DOCS_SCREENSHOT });
      const elsewhere = asked.filter((url) => !url.startsWith(service.url) && !url.startsWith('data:'));
      expect({ elsewhere, complaints }).toEqual({ elsewhere: [], complaints: [] });
      expect(asked.length).toBeGreaterThanOrEqual(5);
    } finally {
      await browser.close();
    }
  });
});
