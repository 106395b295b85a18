/** Debian's Chromium, which makes the calls of a page as only a browser does: modules, CORS, preflight, WebSockets. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { until } from '../support.ts';

/** What each of a page's calls has reached; a text where one failed. */
export type Reached = Record<string, unknown>;

/** Without what it would ask of the network: this machine has none. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** As Debian and others call it. */
const PROGRAM = ['chromium', 'chromium-browser', 'google-chrome']
  .map((name) => `/usr/bin/${name}`)
  .find((file) => existsSync(file));

/** A page that stays open. */
export interface Visit {
  url: string;
  reached: Reached;
  /** What it reached, and what its console said. */
  report(): string;
  /** Waits for a text in the page, however it comes there. */
  shows(text: string): Promise<void>;
  /** Waits until a WebSocket of the page has said this to the server, and the server has had its turn. */
  says(pattern: RegExp): Promise<void>;
  /** Loads it once more. */
  again(): Promise<void>;
  /** It would go on asking for servers that are no more. */
  close(): Promise<void>;
}

/** One for all runs, so that what it keeps of one is there in the next. */
export async function openBrowser(): Promise<{ visit(url: string): Promise<Visit>; close(): Promise<void> }> {
  if (PROGRAM === undefined) throw new Error('no Chromium here: apt-get install chromium');
  const browser: Browser = await chromium.launch({ executablePath: PROGRAM, args: FLAGS });
  const context: BrowserContext = await browser.newContext();
  context.setDefaultTimeout(120_000);
  return { visit: async (url) => visit(await context.newPage(), url), close: () => browser.close() };
}

async function visit(page: Page, url: string): Promise<Visit> {
  const said: string[] = [];
  page.on('console', (message) => said.push(message.text()));
  page.on('pageerror', (error) => said.push(String(error)));
  const sent: string[] = [];
  page.on('websocket', (socket) => socket.on('framesent', ({ payload }) => sent.push(String(payload))));
  const visit: Visit = {
    url,
    reached: {},
    report: () => [JSON.stringify(visit.reached), ...said.slice(-20)].join('\n'),
    async shows(text) {
      await page
        .waitForFunction(`document.body.innerText.includes(${JSON.stringify(text)})`)
        .catch((error) => {
          throw new Error(`no “${text}” in the page: ${error}\n${visit.report()}`);
        });
    },
    async says(pattern) {
      await until(`${pattern} on a WebSocket`, async () =>
        assert.ok(sent.some((text) => pattern.test(text))),
      );
      await page.evaluate('fetch(location.href).then((answer) => answer.text())');
    },
    async again() {
      said.length = 0;
      sent.length = 0;
      await page.goto(url);
      await page.waitForFunction('window.reached');
      visit.reached = (await page.evaluate('window.reached')) as Reached;
    },
    close: () => page.close(),
  };
  await visit.again().catch(async (error) => {
    await visit.close();
    throw new Error(`${url}: ${error}\n${visit.report()}`);
  });
  return visit;
}
