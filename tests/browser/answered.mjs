// What only forms of an authority's staff lead to: answers to filings, their saved filters and exports,
// what they say of getting ready, of what they accept and how they are reached, and of a statement.

import { yesterday } from './filing.mjs';

// Shows what is made by a form; gives the pages that are there from then on.
export async function answers(page, show) {
  return [...(await decisions(page, show)), ...(await ready(page, show)), ...(await terms(page, show)), ...(await had(page, show))];
}

// One is returned with a file, as many as nobody has chosen are accepted, and what was is taken out.
async function decisions(page, show) {
  await page.goto('/authority');
  const first = page.locator('tbody th a').first();
  if ((await first.count()) === 0) return [];
  await first.click();
  const delivery = new URL(page.url()).pathname;
  const other = await page.context().newPage();
  await other.goto(delivery);
  await page.locator('#comment').fill('運営規程の営業時間が、付表と異なります。');
  const buffer = Buffer.from('%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n');
  const file = { name: '補正箇所.pdf', mimeType: 'application/pdf', buffer };
  await page.locator('#files-for-operator').setInputFiles(file);
  await page.locator('button[value=returned]').click();
  await page.locator('#answer').waitFor();
  await late(other, show);
  await page.goto('/authority');
  const accept = page.locator('#bulk button');
  if ((await accept.count()) > 0) {
    await accept.click();
    await page.waitForURL((url) => url.pathname === '/authority/accept');
    await show('accept');
  }
  await page.goto('/authority?view=unread');
  await page.locator('.saved summary').click();
  await page.locator('.saved input[name=name]').fill('未開封');
  await page.locator('.saved input[name=shared]').check();
  await page.locator('.saved button').first().click();
  await page.locator('.saved summary').click();
  await show('filters');
  await page.goto('/authority/exports');
  const out = page.locator('main form[action="/authority/exports"] button');
  if ((await out.count()) > 0) await out.click();
  return [delivery, `${delivery}/answer/0`];
}

// An older window answers what was answered already.
async function late(other, show) {
  await other.locator('button[value=accepted]').click();
  await other.locator('#problem').waitFor();
  await show('late', other);
  await other.close();
}

// Steps towards being ready, a test that is sent to themselves, and an address for reminders.
async function ready(page, show) {
  await page.goto('/authority/onboarding');
  const done = page.locator('#stages form button');
  if ((await done.count()) > 0) {
    await done.click();
    await page.locator('#stages [role=status]').waitFor();
  }
  await page.locator('#checks form[action^="/authority/check"] button').click();
  await page.locator('#checks [role=status]').waitFor();
  await show('check-sent');
  await page.goto('/authority/contacts');
  await page.locator('#mail').fill('kaigo@example.lg.jp');
  await page.locator('#from_day').fill('いつか');
  await page.locator('form[action="/authority/contacts"] button').first().click();
  await page.locator('#problem').waitFor();
  await show('contact-refused');
  await page.locator('#from_day').fill('');
  await page.locator('form[action="/authority/contacts"] button').first().click();
  await page.locator('main [role=status]').waitFor();
  return ['/authority/onboarding', '/authority/contacts'];
}

// What they would accept, looked at and not done; how they would be reached, for a colleague.
async function terms(page, show) {
  await lookAhead(page, show, '/authority/master');
  return ['/authority/master'];
}

// The form about what is accepted, previewed; and other channels, proposed. Operations have the same.
export async function lookAhead(page, show, path) {
  await page.goto(path);
  await page.locator('#alternative_note').fill('本庁舎2階 介護保険課');
  await page.locator('#why').fill('窓口が移るため');
  await page.locator('#change button[name=preview]').click();
  await page.locator('#preview').waitFor();
  await show('master-preview');
  await page.goto(path);
  await page.locator('details:has(#ladder) > summary').click();
  const ladder = page.locator('#ladder');
  const known = JSON.parse(await ladder.inputValue());
  const isPull = known[0].channel === 'pull';
  const more = isPull ? { channel: 'email', to: 'kaigo@example.lg.jp' } : { channel: 'pull' };
  const changed = known.length > 1 ? known.slice(0, -1) : [...known, more];
  await ladder.fill(JSON.stringify(changed, null, 2));
  await page.locator('#ladder-why').fill('受信の方法が変わるため');
  await page.locator('details:has(#ladder) button').click();
  await page.locator('#proposals form').waitFor();
}

// A statement of yesterday: a table that is none, and what they say they have of it, in which one is
// missing and one is of another.
async function had(page, show) {
  const path = `/authority/statements/${yesterday()}`;
  const table = await (await page.request.get(`${path}/csv`)).text();
  const send = async (text) => {
    await page.goto(path);
    const file = { name: '照合.csv', mimeType: 'text/csv', buffer: Buffer.from(text) };
    await page.locator('#file').setInputFiles(file);
    await page.locator(`form[action="${path}"] button`).click();
  };
  await send('好きな色\n青\n');
  await page.locator('#h-problem').waitFor();
  await show('statement-refused');
  const [heading, first, ...rest] = table.trimEnd().split(/\r?\n/);
  const unknown = first.replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/, '01890000-0000-7000-8000-000000000000');
  await send([heading, ...rest, unknown, ''].join('\n'));
  await page.locator('#answers ~ .scroll').first().waitFor();
  await show('statement-answered');
  return ['/authority/statements'];
}
