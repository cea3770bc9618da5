// What the ministry's staff give out, in real Chromium: a document and an announcement for
// authorities, which these get and operators do not.
//
//   node archive.mjs HUB_URL desktop|phone
//
// Ends with 1 and says how far it came when something is not as people need it.

import { WIDTHS, cast, download, enter, menu, start, visitor } from './chromium.mjs';
import { mouse as hands } from './hands.mjs';
import { pdf } from './pictures.mjs';
import { nothingBroke, stepsOf } from './steps.mjs';

const [hub, width] = process.argv.slice(2);

const TITLE = `審査の手引き ${width}`;
const NEWS = `手引きを載せました ${width}`;
const TEXT = '審査の手引きを「資料」に載せました。\n4月からこの手引きで審査してください。';

const browser = await start();
const [staff, clerk, operator] = await Promise.all(
  Array.from({ length: 3 }, () => visitor(browser, hub, WIDTHS[width])));
const step = stepsOf(staff, clerk, operator);
const people = await cast(staff.page);
const ofSort = (sort) => people.find((it) => it.sort === sort).role;
await enter(staff.page, ofSort('operations'));
await enter(clerk.page, ofSort('authority'));
await enter(operator.page, ofSort('operator'));

await step('the ministry puts a document into the archive', giveOut);
await step('an authority fetches it, as it is', fetched);
await step('the ministry announces it', announce);
await step('the authority has it before its eyes', told);
await step('operators see neither', hidden);
await step('nothing broke on the way', () => nothingBroke([staff, clerk, operator]));
await browser.close();

async function giveOut() {
  const { page } = staff;
  await menu(page, hands, '/archive');
  const form = page.locator('#add form');
  await hands.write(page, form.locator('#title-ja'), TITLE);
  await hands.pick(page, form.locator('#kind'), 'manual');
  await hands.pick(page, form.locator('#audience'), 'authorities');
  await form.locator('#file').setInputFiles({ name: '手引き.pdf', mimeType: 'application/pdf', buffer: pdf() });
  await hands.press(page, form.locator('button'));
  await page.goto('/archive');
  await page.locator('tbody tr', { hasText: TITLE }).filter({ hasText: '手引き.pdf' }).waitFor();
}

async function fetched() {
  const { page } = clerk;
  await menu(page, hands, '/authority/archive');
  const file = await download(page, page.locator('tbody a', { hasText: TITLE }));
  if (!file.equals(pdf())) throw new Error(`${file.length} other bytes come`);
}

async function announce() {
  const { page } = staff;
  await menu(page, hands, '/announcements');
  const form = page.locator('#add form');
  await hands.write(page, form.locator('#title-ja'), NEWS);
  await hands.write(page, form.locator('#text-ja'), TEXT);
  await hands.pick(page, form.locator('#audience'), 'authorities');
  await hands.press(page, form.locator('button'));
  await page.goto('/announcements');
  await page.locator('tbody tr', { hasText: NEWS }).waitFor();
}

async function told() {
  const { page } = clerk;
  await page.goto('/authority');
  const news = page.locator('section.news details', { hasText: NEWS });
  await hands.press(page, news.locator('summary'));
  const text = await news.locator('p').innerText();
  if (text !== TEXT) throw new Error(`it says ${text}`);
}

async function hidden() {
  const { page } = operator;
  const pages = { '/operator/archive': TITLE, '/operator': NEWS, '/operator/announcements': NEWS };
  for (const [path, words] of Object.entries(pages)) {
    await page.goto(path);
    if ((await page.content()).includes(words)) throw new Error(`${path} shows it`);
  }
}
