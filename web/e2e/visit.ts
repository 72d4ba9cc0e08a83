// A visit to the page in Debian's Chromium. Every visit watches for what must never happen: a request to another
// host, an error in the console, something the Content-Security-Policy had to stop.

import { mkdirSync } from "node:fs";
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";
import { expect } from "vitest";
import { base } from "./node";

const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export const looks = {
  dark: { colorScheme: "dark", viewport: { width: 1280, height: 900 } },
  light: { colorScheme: "light", viewport: { width: 1280, height: 900 } },
  phone: { colorScheme: "light", viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
} as const satisfies Record<string, BrowserContextOptions>;

export type Look = keyof typeof looks;

let browser: Browser | undefined;

export async function openBrowser(): Promise<void> {
  browser = await chromium.launch({ executablePath: process.env["CYBERWATCH_CHROMIUM"] ?? "/usr/bin/chromium", args: flags });
}

export async function closeBrowser(): Promise<void> {
  await browser?.close();
}

interface VisitOptions {
  look?: Look;
  refusals?: boolean; // the node is meant to refuse something: the browser logs that as an error
}

// Runs `walk` on a new page and then demands that nothing foreign or wrong was seen on the way.
export async function visit(address: string, walk: (page: Page) => Promise<void>, options: VisitOptions = {}): Promise<void> {
  if (browser === undefined) throw new Error("no browser");
  const context = await browser.newContext({ ...looks[options.look ?? "dark"], permissions: ["clipboard-read", "clipboard-write"] });
  const wrong: string[] = [];
  context.on("request", (request) => {
    const url = new URL(request.url());
    if (url.origin !== base && url.protocol !== "data:") wrong.push(`request to ${url.href}`);
  });
  context.on("console", (message) => {
    const refusal = /^Failed to load resource: .* status of 4\d\d/.test(message.text());
    if (message.type() === "error" && !(refusal && options.refusals)) wrong.push(`console: ${message.text()}`);
  });
  context.on("weberror", (error) => wrong.push(`uncaught: ${error.error().message}`));
  await context.addInitScript(() => {
    addEventListener("securitypolicyviolation", (event) => {
      console.error(`policy stopped ${event.violatedDirective} ${event.blockedURI}`);
    });
  });
  try {
    const page = await context.newPage();
    const answer = await page.goto(base + address);
    expect(answer?.status()).toBe(200);
    expect(answer?.headers()["content-security-policy"]).toContain("default-src 'self'");
    await walk(page);
    expect(wrong).toEqual([]);
  } finally {
    await context.close();
  }
}

// Kept where CYBERWATCH_SHOTS says; nowhere without it.
export async function picture(page: Page, look: Look, name: string): Promise<void> {
  const folder = process.env["CYBERWATCH_SHOTS"];
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: `${folder}/${look}-${name}.png`, fullPage: true, animations: "disabled" });
}

export async function shows(page: Page, selector: string, text?: string | RegExp): Promise<void> {
  const found = text === undefined ? page.locator(selector) : page.locator(selector, { hasText: text });
  await found.first().waitFor({ timeout: 15_000 });
}
