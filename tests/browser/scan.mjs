// Looks at every page with axe-core, on a desk and on a phone; with a folder, takes its picture too.
//
//   node scan.mjs HUB_URL ROUTES [FOLDER]
//
// ROUTES: the routes of pages, as JSON. Ends with 1 and says what is wrong when a page violates a rule,
// a route leads to nothing that was seen, or a page is wider than the phone.

import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import { DESKTOP, PHONE, start } from './chromium.mjs';
import { everyPage } from './pages.mjs';

const [hub, routes, folder] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const wrong = [];
let looks = 0;

async function look(page, { who, route, path }) {
  // What refreshes by itself must not do so in the middle.
  await page.evaluate(() => window.stop());
  await page.evaluate(axe);
  for (const [width, viewport] of [['desktop', DESKTOP], ['phone', PHONE]]) {
    await page.setViewportSize(viewport);
    const place = `${who} ${path} (${width})`;
    // Each picture has a name of its own, in the order of the walk.
    looks += 1;
    if (folder !== undefined) {
      const name = `${String(looks).padStart(3, '0')}-${who}${route.replace(/[^a-z]+/g, '-')}-${width}.png`;
      await page.screenshot({ path: join(folder, name), fullPage: true });
    }
    for (const { id, help, nodes } of await violations(page, path)) {
      const where = nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join('\n      ');
      wrong.push(`${place}\n    ${id}: ${help} (${nodes.length})\n      ${where}`);
    }
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    if (wide > viewport.width) wrong.push(`${place}\n    is ${wide} pixels wide`);
  }
  await page.setViewportSize(DESKTOP);
}

// A page that refreshes by itself does so only for who has asked for it, and until they end it.
function violations(page, path) {
  const rules = { 'meta-refresh': { enabled: !path.includes('live=1') } };
  return page.evaluate(async (rules) => (await window.axe.run({ rules })).violations, rules);
}

if (folder !== undefined) mkdirSync(folder, { recursive: true });
const browser = await start();
const known = JSON.parse(routes);
const seen = await everyPage(browser, hub, known, look);
await browser.close();
wrong.push(...known.filter((route) => !seen.has(route)).map((route) => `${route}: never seen`));
console.log(`${looks} looks at the pages behind ${seen.size} routes`);
for (const it of wrong) console.log(`\n${it}`);
process.exitCode = wrong.length === 0 ? 0 : 1;
