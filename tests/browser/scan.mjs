// Looks at every page of operations, or of all others, with axe-core: by day and in Japanese on a desk
// and on a phone; in the dark and in English on a phone. With a folder, takes a picture of each.
//
//   node scan.mjs HUB_URL WHOSE ROUTES MAIL_FOLDER SECOND_KEY [FOLDER]
//
// WHOSE: operations or others. ROUTES: the routes of all pages, as JSON. SECOND_KEY: of another of
// operations' staff. Ends with 1 and says what is wrong when a page violates a rule, a route of theirs
// leads to nothing that was seen, or a page is wider than the phone.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { violations } from './axe.mjs';
import { DESKTOP, PHONE, WIDTHS, start } from './chromium.mjs';
import { everyPage } from './pages.mjs';

const [hub, whose, routes, mail, second, folder] = process.argv.slice(2);

// Those who look, and which of the routes they must come upon.
const isOperations = whose === 'operations';
const sorts = isOperations ? ['operations'] : ['nobody', 'operator', 'authority'];
const OF_OTHERS = /^\/(operator|authority)(\/|$)|^\/(authorities(\.|$)|login|demo)/;

const wrong = [];
let looks = 0;

// By day as it is; then in the dark, and in English where it can be asked for anew.
async function look(page, { who, route, path, isMade = false }) {
  // What refreshes by itself must not do so in the middle.
  await page.evaluate(() => window.stop());
  for (const [width, viewport] of Object.entries(WIDTHS)) {
    await page.setViewportSize(viewport);
    await judge(page, `${who} ${path} (${width})`);
    await keep(page, { who, route, how: width });
  }
  await inTheDark(page, { who, route, path, isMade });
  await page.setViewportSize(DESKTOP);
}

// Each picture has a name of its own, in the order of the walk.
async function keep(page, { who, route, how }) {
  if (folder === undefined) return;
  const place = route.replace(/[^a-z]+/g, '-').replace(/^-?/, '-');
  const name = `${String(looks).padStart(3, '0')}-${who}${place}-${how}.png`;
  await page.screenshot({ path: join(folder, name), fullPage: true });
}

async function inTheDark(page, { who, route, path, isMade }) {
  await page.setViewportSize(PHONE);
  await page.emulateMedia({ colorScheme: 'dark' });
  if (!isMade) {
    await page.context().addCookies([{ name: 'todoke_lang', value: 'en', url: hub }]);
    await page.goto(path);
    await page.evaluate(() => window.stop());
  }
  await judge(page, `${who} ${path} (dark${isMade ? '' : ', English'})`);
  await keep(page, { who, route, how: isMade ? 'dark' : 'dark-english' });
  await page.context().clearCookies({ name: 'todoke_lang' });
  await page.emulateMedia({ colorScheme: null });
}

async function judge(page, place) {
  looks += 1;
  wrong.push(...(await violations(page)).map((it) => `${place}\n    ${it}`));
  const { width } = page.viewportSize();
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  if (wide > width) wrong.push(`${place}\n    is ${wide} pixels wide`);
}

if (folder !== undefined) mkdirSync(folder, { recursive: true });
const browser = await start();
const known = JSON.parse(routes);
const seen = await everyPage(browser, { hub, mail, second, sorts, routes: known }, look);
await browser.close();
const theirs = known.filter((route) => OF_OTHERS.test(route) !== isOperations);
wrong.push(...theirs.filter((route) => !seen.has(route)).map((route) => `${route}: never seen`));
console.log(`${looks} looks at the pages behind ${seen.size} routes`);
for (const it of wrong) console.log(`\n${it}`);
process.exitCode = wrong.length === 0 ? 0 : 1;
