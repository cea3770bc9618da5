// A draft that saves itself, in real Chromium: beside another window, logged out, without a network,
// and as people leave a page; and the same form without any script.
//
//   node draft.mjs HUB_URL
//
// Ends with 1 and says how far it came when something is not as people need it.

import { DESKTOP, cast, enter, start, visitor } from './chromium.mjs';
import { begin } from './filing.mjs';
import { nothingBroke, stepsOf } from './steps.mjs';

const [hub] = process.argv.slice(2);
const browser = await start();
const person = await visitor(browser, hub, DESKTOP);
const { context, page } = person;
const step = stepsOf(person);
const role = (await cast(page)).find((it) => it.sort === 'operator').role;
await enter(page, role);
const form = `${await begin(page)}/forms/0`;
await page.goto(form);

await step('what is written is saved, and stands there after a reload', async () => {
  await write(page, '/before', '火曜定休');
  await says(page, 'に保存しました');
  await page.reload();
  await holds(page, '/before', '火曜定休');
});

await step('what is wrong shows beside its field without a reload, and goes when it is right', async () => {
  const telephone = page.locator('[name="/contact/telephone"]');
  await telephone.focus();
  await page.keyboard.insertText('電話は0312345678');
  const note = page.locator('#f-contact-telephone-n .note.bad');
  await note.waitFor();
  const by = await telephone.getAttribute('aria-describedby');
  if (by !== 'f-contact-telephone-n') throw new Error(`it is described by ${by}`);
  await says(page, '確かめてください');
  if (await page.locator('#f-changed_on-n .note.bad').count() > 0) throw new Error('nobody was there yet');
  const has = await telephone.evaluate((it) => it === document.activeElement);
  if (!has) throw new Error('the focus was taken away');
  await telephone.fill('03-1234-5678');
  await note.waitFor({ state: 'detached' });
});

await step('two windows lose nobody\'s words', async () => {
  const other = await context.newPage();
  await other.goto(form);
  await write(page, '/after', '水曜定休');
  await says(page, 'に保存しました');
  await write(other, '/after', '木曜定休');
  await says(other, '別の画面でも保存されています');
  await write(other, '/before', '月曜定休');
  await holds(other, '/after', '木曜定休');
  await other.locator('.bar button[value=save]').last().click();
  await other.locator('.theirs', { hasText: '水曜定休' }).waitFor();
  await holds(other, '/after', '木曜定休');
  await holds(other, '/before', '月曜定休');
  await other.locator('.bar button[value=save]').last().click();
  await other.locator('.stands', { hasText: '保存しました' }).waitFor();
  await write(page, '/after', '金曜定休');
  await says(page, '別の画面でも保存されています');
  await page.locator('.bar button[value=save]').last().click();
  await page.locator('.theirs', { hasText: '木曜定休' }).waitFor();
  await page.locator('.bar button[value=save]').last().click();
  await page.locator('.stands', { hasText: '保存しました' }).waitFor();
  await other.close();
});

await step('who is logged out is told so, and goes on after logging in in another window', async () => {
  const cookies = await context.cookies();
  await context.clearCookies({ name: 'todoke' });
  await write(page, '/after', '土曜定休');
  await says(page, 'ログアウトされています');
  await page.locator('#draft-state a[href="/login"]').waitFor();
  await context.addCookies(cookies);
  await page.evaluate(() => dispatchEvent(new Event('focus')));
  await says(page, 'に保存しました');
  await stored('/after', '土曜定休');
});

await step('without a network nothing is lost, and it is saved when there is one', async () => {
  await context.setOffline(true);
  await write(page, '/after', '日曜定休');
  await says(page, 'つながりません');
  await write(page, '/before', '祝日定休');
  await context.setOffline(false);
  await says(page, 'に保存しました');
  await stored('/after', '日曜定休');
  await stored('/before', '祝日定休');
});

await step('an answer that is lost on its way makes no stranger of one\'s own words', async () => {
  await page.route('**/forms/0', async (route) => {
    await route.fetch();
    await route.abort();
  }, { times: 1 });
  await write(page, '/after', '年中無休');
  await says(page, 'つながりません');
  await write(page, '/after', '年末年始休業');
  await page.evaluate(() => dispatchEvent(new Event('online')));
  await stored('/after', '年末年始休業');
  await says(page, 'に保存しました');
});

await step('who leaves in the middle of a word, or presses a button, has it saved', async () => {
  await write(page, '/after', '第一日曜休');
  await page.goto('/operator');
  await stored('/after', '第一日曜休');
  await page.goto(form);
  await write(page, '/after', '第二日曜休');
  await page.locator('.bar button[value=next]').click();
  await page.waitForURL((url) => !url.pathname.endsWith('/forms/0'));
  await stored('/after', '第二日曜休');
});

await step('the same form works without any script', async () => {
  const plain = await browser.newContext({ baseURL: hub, javaScriptEnabled: false, locale: 'ja-JP' });
  const bare = await plain.newPage();
  await bare.goto('/demo');
  await bare.locator(`button[name=role][value="${role}"]`).click();
  await bare.goto(form);
  await write(bare, '/after', '無休');
  await bare.locator('.bar button[value=check]').click();
  await bare.locator('#h-found').waitFor();
  await holds(bare, '/after', '無休');
  await plain.close();
});

await step('nothing broke on the way', () => nothingBroke([person], /Failed to load resource|net::ERR/));
await browser.close();

function write(page, name, text) {
  return page.locator(`[name="${name}"]`).fill(text);
}

function says(page, text) {
  return page.locator('#draft-state', { hasText: text }).waitFor();
}

async function holds(page, name, text) {
  const value = await page.locator(`[name="${name}"]`).inputValue();
  if (value !== text) throw new Error(`${name} holds ${value}, not ${text}`);
}

// What somebody else sees there.
async function stored(name, text) {
  const other = await context.newPage();
  for (let tries = 0; ; tries += 1) {
    await other.goto(form);
    if ((await other.locator(`[name="${name}"]`).inputValue()) === text) break;
    if (tries === 40) await holds(other, name, text);
    await other.waitForTimeout(250);
  }
  await other.close();
}
