// What only forms of operators lead to: a draft with all that can befall it, a table of many filings,
// another address, a webhook, a withdrawal.

import { file } from './filing.mjs';
import { mouse } from './hands.mjs';
import { letters, linkOf } from './mails.mjs';
import { until } from './steps.mjs';

// Shows what is made by a form; gives the pages that are there from then on.
export async function draftAndMore(page, show, { mail }) {
  const office = page.locator('#h-known ~ ul a').first();
  await page.goto('/operator/start');
  await office.click();
  await page.locator('#what').selectOption('change');
  const services = page.locator('#kind input[name=service]');
  if ((await services.and(page.locator(':checked')).count()) === 0) {
    await page.locator('#kind summary').first().click();
    await services.first().check();
  }
  await page.locator('#kind button').click();
  await show('kind');
  await page.locator('form[action="/operator/drafts"] button').click();
  const draft = new URL(page.url()).pathname.split('/').slice(0, 4).join('/');
  await wrongForm(page, show, `${draft}/forms/0`);
  await sending(page, show, `${draft}/files`);
  const ofDraft = [draft, `${draft}/forms/0`, `${draft}/forms/1/copy`, `${draft}/files`, `${draft}/review`];
  const made = [ofDraft, await upload(page, show), await fresh(page, show), await address(page, mail)];
  await loggedOut(page, show);
  return made.flat();
}

// A form in which something is wrong, and which another window has saved otherwise.
async function wrongForm(page, show, path) {
  const other = await page.context().newPage();
  await Promise.all([page.goto(path), other.goto(path)]);
  await page.locator('[name="/contact/telephone"]').fill('電話は0312345678');
  await page.locator('.bar button[value=check]').click();
  await page.locator('#h-found').waitFor();
  await show('wrong-form');
  await other.locator('[name="/contact/telephone"]').fill('03-1234-5678');
  await other.locator('.bar button[value=save]').last().click();
  await other.locator('.theirs').waitFor();
  await show('clash', other);
  await other.close();
}

// Something is sent by someone who was logged out meanwhile.
async function loggedOut(page, show) {
  const cookies = await page.context().cookies();
  await page.goto('/operator/webhook');
  await page.context().clearCookies({ name: 'todoke' });
  await page.locator('main form button').first().click();
  await page.locator('#h-again').waitFor();
  await show('again');
  await page.context().addCookies(cookies);
}

// A file of which nothing comes through, and one that is not taken; the first is still waited for.
async function sending(page, show, path) {
  await page.goto(path);
  await page.route('**/uploads/*', (route) => route.abort());
  const text = '%PDF-1.4\n%%EOF\n';
  for (const [name, words] of [['空.pdf', ''], ['図面.pdf', text]]) {
    const file = { name, mimeType: 'application/pdf', buffer: Buffer.from(words) };
    await page.locator('#file').setInputFiles(file);
    await page.locator('form[data-uploads] button').click();
  }
  await page.locator('#under-way .note.bad').waitFor();
  await page.locator('#under-way li', { hasText: 'つながりません' }).waitFor();
  await show('sending');
  await page.unroute('**/uploads/*');
  page.once('dialog', (dialog) => dialog.accept());
}

// Another address was asked for; its link, and one that is not theirs.
async function address(page, mail) {
  const other = 'tsuuchi@kodama.example';
  await page.goto('/operator/address');
  await page.locator('#address').fill(other);
  await page.locator('main form button').click();
  await page.locator('.stands.hold').waitFor();
  const letter = await until(() => letters(mail, other).at(-1), 'no mail comes with a link');
  const { pathname, search } = new URL(linkOf(letter));
  return ['/operator/address', `${pathname}${search}`, '/operator/address/none', ...(await webhook(page))];
}

// One that is set, tried, and does not answer.
async function webhook(page) {
  await page.goto('/operator/webhook');
  await page.locator('#url').fill('https://127.0.0.1:9/todoke');
  await page.locator('button[value=set]').click();
  await page.locator('.stands.ok').waitFor();
  await page.locator('button[value=try]').click();
  await page.locator('.stands').waitFor();
  return ['/operator/webhook'];
}

// One that nobody has answered yet; and its withdrawal, not confirmed.
async function fresh(page, show) {
  const today = new Date(Date.now() + 9 * 3_600_000).toISOString().slice(0, 10);
  const changed = { on: today, before: '南1条西4丁目', after: '南1条西5丁目' };
  await page.goto('/operator');
  const number = await file(page, mouse, { office: 'こだま訪問介護', city: '札幌市', changed });
  await page.goto(`/operator/filings/${number}/withdraw`);
  await page.locator('main form button').click();
  await page.locator('#problem').waitFor();
  await show('withdraw-unsure');
  return [`/operator/filings/${number}`, `/operator/filings/${number}/withdraw`];
}

// A table that is none, and one of many filings, of which not all fit.
async function upload(page, show) {
  const template = '/operator/bulk/template?kind=change&service=11&as=csv';
  const [heading] = (await (await page.request.get(template)).text()).split('\n');
  const rows = ['変更届出,こだま訪問介護,,札幌市,11', '変更届出,こだま訪問介護,,どこにもない市,11'];
  const send = async (lines) => {
    await page.goto('/operator/bulk');
    const buffer = Buffer.from([...lines, ''].join('\n'));
    await page.locator('#file').setInputFiles({ name: '変更.csv', mimeType: 'text/csv', buffer });
    await page.locator('form[enctype] button').click();
  };
  await send(['手続,好きな色', '変更届出,青']);
  await page.locator('#h-problem').waitFor();
  await show('bulk-refused');
  await send([heading, ...rows]);
  await page.waitForURL((url) => url.pathname !== '/operator/bulk');
  const report = new URL(page.url()).pathname;
  return [template, report, `${report}/remainder`];
}
