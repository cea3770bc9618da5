// One filing on its whole way, in real Chromium: filed, returned, corrected, accepted, and the mails.
//
//   node journey.mjs HUB_URL MAIL_FOLDER desktop|phone mouse|keyboard
//
// Ends with 1 and says how far it came when something is not as people need it.

import { WIDTHS, cast, enter, start, visitor } from './chromium.mjs';
import { file, goOn, submit, yesterday } from './filing.mjs';
import * as ways from './hands.mjs';
import { letters, linkOf } from './mails.mjs';
import { nothingBroke, stepsOf, until } from './steps.mjs';

const [hub, mail, width, way] = process.argv.slice(2);
const hands = ways[way];

const CITY = '札幌市';
const OFFICE = `こだま訪問介護 ${width} ${way}`;
const COMMENT = '変更後の所在地に建物名がありません。';
const CHANGED = { on: yesterday(), before: '南1条西4丁目', after: '南1条西5丁目' };
const CORRECTED = '南1条西5丁目 こだまビル2階';

const browser = await start();
const operator = await visitor(browser, hub, WIDTHS[width]);
const clerk = await visitor(browser, hub, WIDTHS[width]);
const step = stepsOf(operator, clerk);
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
await step('nothing broke on the way', () => nothingBroke([operator, clerk]));
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
  await goOn(page, hands);
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
  const missing = () => about.filter((it) => !letters(mail, number).some((letter) => letter.includes(it)));
  await until(() => missing().length === 0, () => `no mail says ${missing()}`);
  for (const link of new Set(letters(mail, number).map(linkOf))) {
    await operator.page.goto(link);
    await operator.page.locator('h1', { hasText: '受付完了' }).waitFor();
    await operator.page.locator('.lead', { hasText: number }).waitFor();
  }
}
