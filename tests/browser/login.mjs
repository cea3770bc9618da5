// Log-in by a real OpenID Connect provider, in real Chromium: there, back to the page that was asked
// for, out, and who may not come in.
//
//   node login.mjs HUB_URL
//
// Ends with 1 and says how far it came when something is not as people need it.

import { violations } from './axe.mjs';
import { DESKTOP, PHONE, start, visitor } from './chromium.mjs';
import { mouse as hands } from './hands.mjs';
import { nothingBroke, stepsOf } from './steps.mjs';

const [hub] = process.argv.slice(2);

const browser = await start();
for (const viewport of [DESKTOP, PHONE]) {
  const person = await visitor(browser, hub, viewport);
  const { page, context } = person;
  const step = stepsOf(person);
  const wide = `${viewport.width} pixels`;

  await step(`an operator is sent to the provider and back to the page asked for (${wide})`, async () => {
    await page.goto('/operator/start?name=%E3%81%93%E3%81%A0%E3%81%BE');
    await hands.press(page, page.getByRole('link', { name: 'GビズIDでログイン' }));
    await prove(page, 'prime');
    await page.waitForURL((url) => url.origin === hub && url.pathname === '/operator/start');
    await page.locator('.who', { hasText: '社会福祉法人 試験会' }).waitFor();
    if ((await page.locator('#name').inputValue()) !== 'こだま') throw new Error('what was asked for is lost');
    const cookies = (await context.cookies(hub)).filter((it) => it.name === 'todoke');
    if (!cookies[0].httpOnly) throw new Error('scripts can read the session');
  });
  await step(`logging out ends it, also for the way back (${wide})`, async () => {
    await hands.press(page, page.locator('form[action="/logout"] button'));
    await page.waitForURL((url) => url.pathname === '/login');
    await page.locator('[role=status]').waitFor();
    await page.goBack();
    await page.waitForURL((url) => url.pathname === '/login');
    await page.goto('/operator');
    await page.getByRole('link', { name: 'GビズIDでログイン' }).waitFor();
  });
  await step(`staff who are not registered are told whom to ask (${wide})`, async () => {
    await context.clearCookies();
    await page.goto('/login');
    await hands.press(page, page.locator('a[href^="/login/authorities"]'));
    await prove(page, 'stranger');
    await page.locator('main', { hasText: '登録されていないアカウントです' }).waitFor();
    await axe(page);
    await hands.press(page, page.locator('main a').first());
    await prove(page, 'clerk');
    await page.waitForURL((url) => url.origin === hub && url.pathname === '/authority');
    await page.locator('.who', { hasText: '佐藤 花子' }).waitFor();
  });
  await step(`nothing broke on the way (${wide})`, () => nothingBroke([person]));
  await context.close();
}
await browser.close();

async function prove(page, account) {
  await page.waitForURL((url) => url.origin !== hub);
  await hands.write(page, page.getByLabel('account'), account);
  await hands.press(page, page.getByRole('button'));
}

async function axe(page) {
  const found = await violations(page);
  if (found.length > 0) throw new Error(found.join('\n'));
}
