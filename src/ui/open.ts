import { type ChildProcess, spawn } from 'node:child_process';

/**
 * Opens a URL in the user's browser.
 * @param browser BROWSER as everywhere: `none` opens nothing, a program's name is used
 * @throws Error where no opener could be started
 */
export async function openUrl(url: string, browser: string | undefined): Promise<void> {
  if (browser === 'none') return;
  if (browser) {
    const child = spawn(browser, [url], { detached: true, stdio: 'ignore' });
    child.unref();
    return settled(child);
  }
  const { default: open } = await import('open');
  return settled(await open(url));
}

const settled = (child: ChildProcess): Promise<void> =>
  new Promise((resolve, reject) => {
    child.once('error', reject);
    // A missing program is reported in the next turns; after that it runs on its own.
    setTimeout(resolve, 50).unref();
  });
