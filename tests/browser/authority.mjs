// What an authority's staff do beside a plain answer, in real Chromium: looked at, handed over,
// answered at length, accepted together, looked for by a saved filter, taken out for the ledger; and
// what their prefecture sees of it.
//
//   node authority.mjs HUB_URL MAIL_FOLDER desktop|phone COLLEAGUE_KEY PREFECTURE_KEY
//
// The keys are of a colleague at 札幌市, and of 北海道. Ends with 1 and says how far it came when
// something is not as people need it.

import { WIDTHS, cast, download, enter, logIn, menu, start, visitor } from './chromium.mjs';
import { file, yesterday } from './filing.mjs';
import { mouse as hands } from './hands.mjs';
import { letters } from './mails.mjs';
import { pdf, png, redness } from './pictures.mjs';
import { nothingBroke, stepsOf, until } from './steps.mjs';

const [hub, mail, width, colleagueKey, prefectureKey] = process.argv.slice(2);

const CITY = '札幌市';
const OFFICE = `こだま訪問介護 窓口 ${width}`;
const CHANGED = { on: yesterday(), before: '南1条西4丁目', after: '南1条西5丁目' };
const COLLEAGUE = '佐藤 花子';
const REMARK = '登記の写しを確かめてから回答してください。';
const COMMENT_MAX = 5_000;
const COMMENT = '変更後の所在地に建物名がありません。\n付表の営業時間が運営規程と異なります。\n';
const FILES = [
  { name: '外観.png', mimeType: 'image/png', buffer: png() },
  { name: '平面図.pdf', mimeType: 'application/pdf', buffer: pdf() },
];

const browser = await start();
const [operator, clerk, colleague, prefecture] = await Promise.all(
  Array.from({ length: 4 }, () => visitor(browser, hub, WIDTHS[width])));
const step = stepsOf(operator, clerk, colleague, prefecture);
const people = await cast(operator.page);
await enter(operator.page, people.filter((it) => it.sort === 'operator')[2].role);
await enter(clerk.page, people.find((it) => it.name === CITY).role);
await logIn(colleague.page, colleagueKey);
await logIn(prefecture.page, prefectureKey);

const number = await step('an operator files with a picture and a PDF', () => filed(OFFICE, FILES));
const place = await step('the authority looks at both in the page', look);
await step('it keeps a file and the package', keep);
await step('it is handed over with a remark', handOver);
await step('the colleague finds it, and the operator sees nothing of that', inHand);
await step('a comment of 5,000 characters arrives as it was written', atLength);
const others = await step('two more are filed', twoMore);
await step('they are found by a filter that was saved', savedFilter);
await step('they are accepted together', together);
await step('the ledger export has them, and says who fetched it', ledger);
await step('the prefecture sees how much waits, and not what', followUp);
await step('nothing broke on the way', () => nothingBroke([operator, clerk, colleague, prefecture]));
await browser.close();

async function filed(office, files = []) {
  await operator.page.goto('/operator');
  return file(operator.page, hands, { office, city: CITY, changed: CHANGED, files });
}

async function look() {
  const { page } = clerk;
  const row = page.locator('tbody tr', { hasText: number });
  await until(async () => {
    await page.goto('/authority');
    return row.count();
  }, 'it is not in the inbox');
  await hands.press(page, row.locator('a').first());
  const [picture, paper] = FILES.map(({ name }) => page.locator('#files li', { hasText: name }));
  await hands.press(page, picture.locator('summary'));
  const image = picture.locator('img');
  const isShown = () => image.evaluate((it) => it.complete && it.naturalWidth === 40);
  await until(isShown, 'the picture is not shown');
  await hands.press(page, paper.locator('summary'));
  const frame = paper.locator('iframe');
  await frame.waitFor();
  let red = 0;
  await until(async () => {
    red = await redness(frame);
    return red > 0.2;
  }, () => `of the PDF's frame ${red} is red`);
  return new URL(page.url()).pathname;
}

async function keep() {
  const { page } = clerk;
  // A click beside a PDF whose picture was taken may go to the PDF.
  await page.goto(place);
  for (const { name, buffer } of FILES) {
    const kept = await download(page, page.locator('#files a[download]', { hasText: name }));
    if (!kept.equals(buffer)) throw new Error(`${name} comes with ${kept.length} other bytes`);
  }
  const parcel = await download(page, page.locator('#h-about ~ .actions a'));
  for (const name of ['filing.json', 'manifest-sha256.txt']) {
    if (!parcel.includes(name)) throw new Error(`the package of ${parcel.length} bytes has no ${name}`);
  }
}

async function handOver() {
  const { page } = clerk;
  await page.goto(place);
  await page.locator('#to').selectOption({ label: COLLEAGUE });
  await hands.write(page, page.locator('#remark'), REMARK);
  await hands.press(page, page.locator('form[action$="/hand"] button'));
  await page.locator('#hands strong', { hasText: COLLEAGUE }).waitFor();
  await page.locator('#hands .remarks', { hasText: REMARK }).waitFor();
}

async function inHand() {
  const { page } = colleague;
  await hands.pick(page, page.locator('select[name=hand]'), 'mine');
  await hands.press(page, page.locator('form.filter[role=search] button'));
  await page.waitForURL((url) => url.searchParams.get('hand') === 'mine');
  const row = page.locator('tbody tr', { hasText: number });
  await row.filter({ hasText: COLLEAGUE }).waitFor();
  await hands.press(page, row.locator('a').first());
  await page.locator('#hands .remarks', { hasText: REMARK }).waitFor();
  for (const path of ['', '/receipt/print']) {
    await operator.page.goto(`/operator/filings/${number}${path}`);
    const said = await operator.page.content();
    if (said.includes(REMARK) || said.includes(COLLEAGUE)) throw new Error('the operator sees it');
  }
}

// One more than fits is written: the page takes so many as may be.
async function atLength() {
  const { page } = colleague;
  const lines = COMMENT.repeat(COMMENT_MAX / COMMENT.length + 1);
  await page.locator('#comment').focus();
  await page.keyboard.insertText(lines.slice(0, COMMENT_MAX + 1));
  const written = await page.locator('#comment').inputValue();
  if (written !== lines.slice(0, COMMENT_MAX)) throw new Error(`${written.length} characters are taken`);
  await hands.press(page, page.locator('button[value=returned]'));
  await page.locator('#answer').waitFor();
  await operator.page.goto(`/operator/filings/${number}`);
  for (const answer of [page.locator('#answer'), operator.page.locator('.answer')]) {
    const words = await answer.locator('blockquote').evaluate((it) => it.innerText.trimEnd());
    if (words !== written.trimEnd()) throw new Error(`it arrives as ${words}`);
  }
  const told = () => letters(mail, number).some((it) => it.includes('差戻し'));
  await until(told, 'no mail says that it was returned');
  if (letters(mail, number).some((it) => it.includes(REMARK))) throw new Error('a mail tells the remark');
}

async function twoMore() {
  const numbers = [];
  for (const name of ['一', '二']) numbers.push(await filed(`${OFFICE} ${name}`));
  return numbers;
}

async function savedFilter() {
  const { page } = clerk;
  const name = `窓口の変更 ${width}`;
  const rows = page.locator('tbody tr', { hasText: OFFICE });
  await page.goto('/authority');
  await hands.pick(page, page.locator('select[name=kind]'), 'change');
  await hands.write(page, page.locator('input[name=text]'), OFFICE);
  await hands.press(page, page.locator('form.filter[role=search] button'));
  await page.waitForURL((url) => url.searchParams.get('kind') === 'change');
  await hands.press(page, page.locator('.saved summary'));
  const saving = page.locator('.saved form[action^="/authority/filters?"]');
  await hands.write(page, saving.locator('input[name=name]'), name);
  await hands.press(page, saving.locator('button'));
  await page.locator('.saved nav a', { hasText: name }).waitFor();
  await until(async () => {
    await page.goto('/authority');
    await hands.press(page, page.locator('.saved nav a', { hasText: name }));
    return (await rows.count()) === others.length;
  }, 'they are not found by it');
  const all = await page.locator('tbody tr').count();
  if (all !== others.length) throw new Error(`${all} are found by it`);
}

async function together() {
  const { page } = clerk;
  for (const it of others) {
    await hands.tick(page, page.locator('tbody tr', { hasText: it }).locator('input[name=delivery]'));
  }
  await hands.press(page, page.locator('#bulk button'));
  await page.locator('.lead', { hasText: '受付完了 2 · 記録なし 0' }).waitFor();
  for (const it of others) {
    await page.locator('tbody tr', { hasText: it }).filter({ hasText: '受付完了' }).waitFor();
    await operator.page.goto(`/operator/filings/${it}`);
    await operator.page.locator('h1', { hasText: '受付完了' }).waitFor();
  }
}

async function ledger() {
  const { page } = clerk;
  await menu(page, hands, '/authority/exports');
  await hands.press(page, page.locator('main form button'));
  const row = page.locator('tr.new');
  const table = await download(page, row.locator('a[href$="/csv"]'));
  const parcel = await download(page, row.locator('a[href$="/zip"]'));
  for (const it of others) {
    if (!table.includes(it)) throw new Error(`the table has no ${it}: ${table.toString('latin1')}`);
  }
  if (table.includes(number)) throw new Error('what was returned is in it');
  if (parcel.subarray(0, 2).toString() !== 'PK') throw new Error('the ZIP is none');
  await page.goto('/authority/exports');
  const fetched = page.locator('tbody tr').first().locator('td').last();
  for (const format of ['csv', 'zip']) await fetched.locator('.sub', { hasText: format }).waitFor();
}

async function followUp() {
  const [here, page] = [clerk.page, prefecture.page];
  await menu(page, hands, '/authority/followed');
  const last = await filed(`${OFFICE} 三`);
  await until(async () => {
    await here.goto('/authority');
    return here.locator('tbody tr', { hasText: last }).count();
  }, 'the last one does not arrive');
  // Others file at the same time.
  let told = '';
  await until(async () => {
    await Promise.all([here.goto('/authority'), page.reload()]);
    const counts = (await here.locator('h1 small').innerText()).match(/\d+/g).map(Number);
    // Nothing is told as nothing.
    const cells = await page.locator('tbody tr', { hasText: CITY }).locator('td').allInnerTexts();
    told = `${counts} are told as ${cells}`;
    return counts[0] > 0 && Number(cells[0]) === counts[0] && Number(cells[2]) === counts[1];
  }, () => told);
  const said = await page.locator('main').innerText();
  if (said.includes('こだま')) throw new Error('it sees what was filed');
}
