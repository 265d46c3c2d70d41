/** Headless Chromium for tests, in a namespace of the lab or on files. It leaves nothing and asks nobody but the page. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import type { Host } from '../../scripts/lab/lab.js';

const PROGRAM = '/usr/bin/chromium';
const FLAGS =
  '--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync'.split(
    ' ',
  );

/** Why there is no browser for tests here; undefined: there is one. */
export const noBrowser = (): string | undefined => (existsSync(PROGRAM) ? undefined : `${PROGRAM} is not installed`);

export interface Browser {
  readonly page: Page;
  /** What it has asked for. */
  readonly asked: readonly string[];
  /** Errors of scripts, and what the console was told as error or warning: refusals of the CSP, for example. */
  readonly complaints: readonly string[];
  close(): Promise<void>;
}

/** `host`: where it shall run; undefined: beside the test. */
export async function openBrowser(host?: Host): Promise<Browser> {
  const directory = mkdtempSync(join(tmpdir(), 'veth-browser-'));
  let executablePath = PROGRAM;
  if (host !== undefined) {
    executablePath = join(directory, 'chromium');
    const words = host.inside([PROGRAM]).join(' ');
    writeFileSync(executablePath, `#!/bin/sh\nexec ${words} "$@"\n`, { mode: 0o755 });
  }
  let context: BrowserContext | undefined;
  try {
    context = await chromium.launchPersistentContext(join(directory, 'profile'), {
      executablePath,
      headless: true,
      viewport: { width: 1280, height: 900 },
      args: FLAGS,
    });
    const page = context.pages()[0] ?? (await context.newPage());
    return watched(page, context, directory);
  } catch (error) {
    await context?.close();
    rmSync(directory, { recursive: true, force: true });
    throw error;
  }
}

function watched(page: Page, context: BrowserContext, directory: string): Browser {
  const asked: string[] = [];
  const complaints: string[] = [];
  page.setDefaultTimeout(10_000);
  page.on('request', (request) => asked.push(request.url()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  const close = async () => {
    await context.close();
    rmSync(directory, { recursive: true, force: true });
  };
  return { page, asked, complaints, close };
}
