// Real Chromium, as people have it on a desk and on a phone.

import { existsSync, readFileSync } from 'node:fs';

import { chromium } from 'playwright-core';

export const DESKTOP = { width: 1280, height: 900 };
export const PHONE = { width: 390, height: 844 };
export const WIDTHS = { desktop: DESKTOP, phone: PHONE };

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

// Nothing here takes seconds; what does is broken, and is to say so before the test's own limit.
const LIMIT_MS = 20_000;

export async function start() {
  const executablePath = PLACES.find(existsSync);
  if (executablePath === undefined) throw new Error('chromium is missing: run tests/run');
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}

// A browser of its own: nobody is logged in.
export async function visitor(browser, hub, viewport = DESKTOP) {
  const context = await browser.newContext({ baseURL: hub, viewport, locale: 'ja-JP' });
  context.setDefaultTimeout(LIMIT_MS);
  const page = await context.newPage();
  const broken = [];
  page.on('pageerror', (error) => broken.push(error.message));
  page.on('console', (said) => {
    if (said.type() === 'error' && !/status of 4\d\d/.test(said.text())) broken.push(said.text());
  });
  return { context, page, broken };
}

// The people that the demo lets one play: place in its door's list, sort, and name.
export async function cast(page) {
  await page.goto('/demo');
  const sorts = ['operator', 'authority', 'operations'];
  const forms = await page.locator('main form').all();
  const found = [];
  for (const [place, form] of forms.entries()) {
    for (const button of await form.locator('button[name=role]').all()) {
      const role = await button.getAttribute('value');
      found.push({ sort: sorts[place], role, name: (await button.innerText()).trim() });
    }
  }
  return found;
}

// Comes in as one of them.
export async function enter(page, role) {
  await page.goto('/demo');
  await page.locator(`button[name=role][value="${role}"]`).click();
  await page.waitForURL((url) => url.pathname !== '/demo');
}

// The bytes that a link or a button gives to be kept.
export async function download(page, target) {
  const [given] = await Promise.all([page.waitForEvent('download'), target.click()]);
  return readFileSync(await given.path());
}

// Comes in by a key.
export async function logIn(page, key) {
  await page.goto('/login');
  await page.locator('#key').fill(key);
  await page.locator('form[action="/login"] button').click();
  await page.waitForURL((url) => url.pathname !== '/login');
}

// Goes where the menu of a page leads.
export async function menu(page, hands, to) {
  await hands.press(page, page.locator(`nav.menu a[href="${to}"]`));
  await page.waitForURL((url) => url.pathname === to);
}
