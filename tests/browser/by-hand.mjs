// What only forms of operations' staff lead to: filings erased and deliveries sent again, which another
// has to approve; a lane paused, stages and checks, another addressee; and the master.

import { lookAhead } from './answered.mjs';
import { logIn, visitor } from './chromium.mjs';

// 中央区, whose lanes nobody else here needs; and 千代田区.
const CITY = '/authorities/131024';
const OTHER = '131016';

// Shows what is made by a form, also to the second person, whose key this is; gives the pages that are
// there from then on.
export async function byHand(page, show, { browser, hub, second }) {
  const { context, page: other } = await visitor(browser, hub);
  await logIn(other, second);
  const made = [
    await reroute(page, show),
    await lane(page, show),
    await stages(page, show),
    await master(page, show, other),
    await erasure(page, show, other),
    await redrives(page, show, other),
  ];
  await context.close();
  return made.flat();
}

// A delivery that would go to somebody else.
async function reroute(page, show) {
  await page.goto('/deliveries?state=failed');
  await page.locator('td.more a').first().click();
  await page.waitForURL((url) => url.pathname.startsWith('/deliveries/'));
  const { pathname } = new URL(page.url());
  await page.goto(`${pathname}/reroute?authority=${OTHER}`);
  await page.locator('#h-preview').waitFor();
  await show('reroute-preview');
  return [pathname];
}

// Nothing goes over a lane until somebody lets it.
async function lane(page, show) {
  await page.goto(CITY);
  const form = page.locator('#hands form[action*="/pause"]').first();
  await form.locator('input[name=why]').fill('相手の受付システムの保守のため');
  await form.locator('button').click();
  await page.locator('#hands form[action*="/resume"]').first().waitFor();
  await show('lane-paused');
  return [CITY, '/lanes'];
}

// An authority that is getting ready: a day that is none, a stage that is put off, and a test.
async function stages(page, show) {
  await page.goto('/onboarding');
  await page.locator('#authorities tbody th a').first().click();
  const form = page.locator('#stages form');
  await form.locator('select[name=action]').selectOption('move');
  await form.locator('input[name=why]').fill('担当者の異動のため');
  await form.locator('button').click();
  await page.locator('#stage-problem').waitFor();
  await show('stage-refused');
  const month = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);
  await form.locator('select[name=action]').selectOption('move');
  await form.locator('input[name=day]').fill(month);
  await form.locator('input[name=why]').fill('担当者の異動のため');
  await form.locator('button').click();
  await page.locator('#stages [role=status]').waitFor();
  await page.locator('#checks form button').first().click();
  await page.locator('#checks [role=status]').waitFor();
  await show('check-sent');
  return [new URL(page.url()).pathname];
}

// What an authority accepts and how it is reached, the latter as the second person sees it; and a table
// of many, with a fault and without.
async function master(page, show, other) {
  await lookAhead(page, show, `${CITY}/master`);
  await other.goto(`${CITY}/master`);
  await other.locator('#proposals form[action*="/approve"]').waitFor();
  await show('proposal-second', other);
  const send = async (lines) => {
    await page.goto('/master');
    const file = { name: '受付状況.csv', mimeType: 'text/csv', buffer: Buffer.from(lines.join('\n')) };
    await page.locator('#file').setInputFiles(file);
    await page.locator('form[action="/master/import"] button').click();
  };
  const rows = ['code6,status,alternative_note', '012033,closed,本庁舎2階', '012025,open,別館1階'];
  await send([...rows, '999999,open,', `${OTHER},半開き,`]);
  await page.locator('#faults').waitFor();
  await show('import-refused');
  await send(rows);
  await page.locator('#preview').waitFor();
  await show('import-preview');
  return [`${CITY}/master`, '/master'];
}

// A filing that was accepted, and whose contents would be erased: asked for, and for the second person.
async function erasure(page, show, other) {
  await page.goto('/filings');
  const accepted = page.locator('tbody tr', { hasText: '受付完了' }).locator('th a');
  const older = page.locator('a[rel=next]');
  while ((await accepted.count()) === 0 && (await older.count()) > 0) await older.click();
  const number = await accepted.first().textContent();
  await page.goto(`/erasures?filing=${number}`);
  await page.locator('#why').fill('保存期間を過ぎたため');
  await show('erasure-preview');
  await page.locator('form[action="/erasures"][method=post] button').click();
  await page.waitForURL((url) => url.pathname !== '/erasures');
  const { pathname } = new URL(page.url());
  await other.goto(pathname);
  await other.locator('form[action*="/approve"]').waitFor();
  await show('erasure-second', other);
  return [pathname, '/erasures'];
}

// Many deliveries that would be sent again together, and nobody starts them; and all that are in
// trouble, which the second person approves.
async function redrives(page, show, other) {
  await page.goto('/troubles');
  await show('troubles');
  await page.locator('tbody a[href^="/redrives"]').first().click();
  const few = await preview(page);
  await page.goto('/redrives');
  const many = await preview(page);
  await page.locator('form[action*="/start"] input[name=why]').fill('相手の障害が収まったため');
  await page.locator('form[action*="/start"] button').click();
  await page.locator('form[action*="/start"]').waitFor({ state: 'detached' });
  await show('redrive-asked');
  await other.goto(many);
  await show('redrive-second', other);
  await other.locator('form[action*="/approve"] button').click();
  await other.locator('form[action*="/approve"]').waitFor({ state: 'detached' });
  await other.goto(many);
  await show('redrive-begun', other);
  return [few, '/redrives'];
}

async function preview(page) {
  await page.locator('form[action="/redrives"] button').click();
  await page.waitForURL((url) => url.pathname !== '/redrives');
  return new URL(page.url()).pathname;
}
