// One filing on its whole way, in real Chromium: filed, returned, corrected, accepted, and the mails.
//
//   node journey.mjs HUB_URL MAIL_FOLDER desktop|phone mouse|keyboard
//
// Ends with 1 and says how far it came when something is not as people need it.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

import { DESKTOP, PHONE, cast, enter, start, visitor } from './chromium.mjs';
import { file, submit } from './filing.mjs';
import * as ways from './hands.mjs';

const [hub, mail, width, way] = process.argv.slice(2);
const hands = ways[way];
const viewport = width === 'phone' ? PHONE : DESKTOP;

const CITY = '札幌市';
const OFFICE = `こだま訪問介護 ${width} ${way}`;
const COMMENT = '変更後の所在地に建物名がありません。';
const CHANGED = { on: yesterday(), before: '南1条西4丁目', after: '南1条西5丁目' };
const CORRECTED = '南1条西5丁目 こだまビル2階';

function yesterday() {
  return new Date(Date.now() + 9 * 3_600_000 - 86_400_000).toISOString().slice(0, 10);
}

const browser = await start();
const operator = await visitor(browser, hub, viewport);
const clerk = await visitor(browser, hub, viewport);
const people = await cast(operator.page);
await enter(operator.page, people.find((it) => it.sort === 'operator').role);
await enter(clerk.page, people.find((it) => it.name === CITY).role);

const number = await step('an operator files', () =>
  file(operator.page, hands, { office: OFFICE, city: CITY, changed: CHANGED }));
await step('the authority returns it with a mark and a comment', giveBack);
await step('the operator reads why and corrects it', correct);
await step('the authority sees what differs and accepts', accept);
await step('the operator sees that it is accepted', () => seesBadge(operator.page, '受付完了'));
await step('three mails have come, and lead to the filing', mails);
await step('nothing broke on the way', () => {
  const broken = [...operator.broken, ...clerk.broken];
  if (broken.length > 0) throw new Error(broken.join('\n'));
});
await browser.close();

async function giveBack() {
  const { page } = clerk;
  await open(page, '未開封');
  await hands.tick(page, page.locator('input[name=mark][value$="/after"]'));
  await hands.write(page, page.getByLabel('事業者へのコメント'), COMMENT);
  await hands.press(page, page.locator('button[value=returned]'));
  await page.locator('#answer', { hasText: COMMENT }).waitFor();
}

async function correct() {
  const { page } = operator;
  await ownPage(page);
  await page.locator('#authorities', { hasText: COMMENT }).waitFor();
  await hands.press(page, page.locator('form[action$="/correct"] button'));
  await page.locator('#h-returned').waitFor();
  await hands.press(page, page.locator('main a[href$="/forms/0"]').last());
  await hands.write(page, page.locator('[name="/after"]'), CORRECTED);
  await hands.press(page, page.locator('.bar button[value=next]'));
  const again = await submit(page, hands);
  if (again !== number) throw new Error(`a correction has the number of its filing, not ${again}`);
}

async function accept() {
  const { page } = clerk;
  await page.goto('/authority');
  await open(page, '未開封');
  await page.locator('ins', { hasText: CORRECTED }).first().waitFor();
  await hands.press(page, page.locator('button[value=accepted]'));
  await page.locator('#answer', { hasText: '受付完了' }).waitFor();
}

// Opens the filing from the inbox, where it stands with this badge.
async function open(page, badge) {
  const row = page.locator('tbody tr', { hasText: number }).filter({ hasText: badge });
  await until(async () => {
    await page.goto('/authority');
    return (await row.count()) > 0;
  }, 'it is not in the inbox');
  await hands.press(page, row.locator('a').first());
  await page.locator('#decide').waitFor();
}

async function ownPage(page) {
  await page.goto('/operator');
  await hands.press(page, page.locator('main a[href*="/filings/"]', { hasText: OFFICE }).first());
}

async function seesBadge(page, badge) {
  await ownPage(page);
  await page.locator('h1', { hasText: badge }).waitFor();
}

// What came for any of the operator's addresses about this filing.
async function mails() {
  const about = ['到達', '差戻し', '受付完了'];
  const letters = () => readdirSync(mail, { recursive: true }).filter((it) => it.endsWith('.eml'))
    .map((it) => words(readFileSync(join(mail, it), 'latin1'))).filter((it) => it.includes(number));
  const missing = () => about.filter((it) => !letters().some((letter) => letter.includes(it)));
  await until(() => missing().length === 0, () => `no mail says ${missing()}`);
  const links = letters().map((letter) => letter.match(/http:\/\/[^\s"<]+/)[0]);
  for (const link of new Set(links)) {
    await operator.page.goto(link);
    await operator.page.locator('h1', { hasText: '受付完了' }).waitFor();
    await operator.page.locator('.lead', { hasText: number }).waitFor();
  }
}

// The texts of a mail, decoded.
function words(letter) {
  const text = (coded) => Buffer.from(coded, 'base64').toString('utf8');
  const parts = letter.split(/content-transfer-encoding: base64/i).slice(1);
  const bodies = parts.map((part) => text(part.split(/\r?\n\r?\n/)[1] ?? ''));
  const heads = [...letter.matchAll(/=\?utf-8\?b\?([^?]+)\?=/gi)].map((it) => text(it[1]));
  return [letter, ...heads, ...bodies].join('\n');
}

async function until(is, why) {
  for (let tries = 0; tries < 100; tries += 1) {
    if (await is()) return;
    await setTimeout(200);
  }
  throw new Error(typeof why === 'function' ? why() : why);
}

async function step(what, does) {
  try {
    const done = await does();
    console.log(`${what}: done`);
    return done;
  } catch (error) {
    const { page } = what.startsWith('the authority') ? clerk : operator;
    console.log(`${what}: ${error.message}\non ${page.url()}:\n${await page.locator('main').innerText()}`);
    process.exit(1);
  }
}
