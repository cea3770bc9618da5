// What an operator's people do beside a plain filing, in real Chromium: clicked twice and gone back,
// withdrawn, one change for many offices, a table of many, another address for notices.
//
//   node operator.mjs HUB_URL MAIL_FOLDER desktop|phone
//
// Ends with 1 and says how far it came when something is not as people need it.

import { WIDTHS, cast, download, enter, menu, start, visitor } from './chromium.mjs';
import { fillIn, goOn, received, review, submit, write, yesterday } from './filing.mjs';
import { mouse as hands } from './hands.mjs';
import { letters, linkOf } from './mails.mjs';
import { nothingBroke, stepsOf, until } from './steps.mjs';

const [hub, mail, width] = process.argv.slice(2);

const CITY = '札幌市';
const OFFICE = `こだま訪問介護 ${width}`;
const CHANGED = { on: yesterday(), before: '南1条西4丁目', after: '南1条西5丁目' };
const ADDRESS = `tsuuchi-${width}@kodama.example`;
const WORKBOOK = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
const REASON = '内容に誤りがあったため、出し直します。';

const browser = await start();
const operator = await visitor(browser, hub, WIDTHS[width]);
const stranger = await visitor(browser, hub, WIDTHS[width]);
const clerk = await visitor(browser, hub, WIDTHS[width]);
const step = stepsOf(operator, stranger, clerk);
const people = await cast(operator.page);
const operators = people.filter((it) => it.sort === 'operator');
// An operator may not move its notices often.
const [own, other] = width === 'phone' ? [operators[1], operators[0]] : operators;
await enter(operator.page, own.role);
await enter(stranger.page, other.role);
await enter(clerk.page, people.find((it) => it.name === CITY).role);

const number = await step('a double click on the button files once', doubleClick);
await step('the back button and an older window lead to the filing', back);
await step('it is withdrawn, once it was confirmed', withdraw);
await step('the operator goes on seeing it, as withdrawn', staysListed);
await step('the authority sees it as withdrawn', seenByAuthority);
await step('notices go to another address once its link was opened', address);
await step('one change of the corporation goes to all its authorities', oneStop);
await step('a table of many filings is filed as far as it is good', bulk);
await step('nothing broke on the way', () => nothingBroke([operator, stranger, clerk]));
await browser.close();

// Two windows show the review: in one the button is clicked twice, in the other once, all at once.
async function doubleClick() {
  const { page, context } = operator;
  await write(page, hands, { office: OFFICE, city: CITY, changed: CHANGED });
  const button = await review(page, hands);
  const older = await context.newPage();
  await older.goto(page.url());
  await Promise.all([button.dblclick(), older.locator('form[action$="/submit"] button').click()]);
  const numbers = [];
  for (const window of [page, older]) {
    numbers.push(await received(window));
    await window.locator('.stands.ok', { hasText: '受け付けました' }).waitFor();
  }
  await older.close();
  if (numbers[0] !== numbers[1]) throw new Error(`it was filed as ${numbers}`);
  await listedOnce(page);
  return numbers[0];
}

async function back() {
  const { page } = operator;
  const office = `${OFFICE} 戻る`;
  await page.goto('/operator');
  await write(page, hands, { office, city: CITY, changed: CHANGED });
  const button = await review(page, hands);
  const older = await operator.context.newPage();
  await older.goto(page.url());
  await hands.press(page, button);
  const number = await received(page);
  await page.goBack();
  await page.locator('.stands.ok', { hasText: '二重には提出されません' }).waitFor();
  if ((await received(page)) !== number) throw new Error('the way back leads elsewhere');
  await older.locator('form[action$="/submit"] button').click();
  await older.locator('.stands.ok', { hasText: '受け付けました' }).waitFor();
  if ((await received(older)) !== number) throw new Error('an older window files once more');
  await older.close();
  await listedOnce(page, office);
}

// One filing, and no draft of it that is left over.
async function listedOnce(page, office = OFFICE) {
  await page.goto(`/operator?text=${encodeURIComponent(office)}`);
  const count = await page.locator('tbody tr', { hasText: office }).count();
  if (count !== 1) throw new Error(`it is listed ${count} times`);
  const drafts = await page.locator('#h-drafts ~ ul a', { hasText: office }).count();
  if (drafts !== 0) throw new Error('its draft is left over');
}

async function withdraw() {
  const { page } = operator;
  await until(async () => {
    await clerk.page.goto('/authority');
    return clerk.page.locator('tbody tr', { hasText: number }).count();
  }, 'it does not reach the inbox');
  await page.goto(`/operator/filings/${number}`);
  await hands.press(page, page.locator('a[href$="/withdraw"]'));
  await hands.write(page, page.locator('#reason'), REASON);
  await hands.press(page, page.locator('form[action$="/withdraw"] button'));
  await page.locator('#problem').waitFor();
  if ((await page.locator('#reason').inputValue()) !== REASON) throw new Error('the reason is lost');
  await hands.tick(page, page.locator('input[name=sure]'));
  await hands.press(page, page.locator('form[action$="/withdraw"] button'));
  await page.locator('h1', { hasText: '取下げ' }).waitFor();
}

async function staysListed() {
  const { page } = operator;
  await page.goto('/operator');
  await hands.press(page, page.locator('.tabs a', { hasText: '取下げ' }));
  const row = page.locator('tbody tr', { hasText: OFFICE }).filter({ hasText: '取下げ' });
  await hands.press(page, row.locator('a').first());
  await page.locator('h1', { hasText: '取下げ' }).waitFor();
  if (await page.locator('a[href$="/withdraw"]').count() > 0) throw new Error('it could be withdrawn again');
  const about = () => letters(mail, number).some((it) => it.includes('取下げ'));
  await until(about, 'no mail says that it was withdrawn');
}

async function seenByAuthority() {
  const { page } = clerk;
  const row = page.locator('tbody tr', { hasText: number });
  await until(async () => {
    await page.goto('/authority');
    await hands.press(page, page.locator('.tabs a', { hasText: '取下げ' }));
    return (await row.count()) > 0;
  }, 'the authority does not see it among the withdrawn');
  await hands.press(page, row.locator('a').first());
  await page.locator('.alert', { hasText: '取り下げました' }).waitFor();
  if (await page.locator('#decide').count() > 0) throw new Error('it could be answered still');
}

async function address() {
  const { page } = operator;
  await menu(page, hands, '/operator/address');
  await hands.write(page, page.locator('#address'), ADDRESS);
  await hands.press(page, page.locator('form[action="/operator/address"] button'));
  await page.locator('.stands.hold', { hasText: ADDRESS }).waitFor();
  const letter = await until(() => letters(mail, ADDRESS).at(0), 'no mail comes with a link');
  const link = linkOf(letter);
  const refused = await stranger.page.goto(link);
  if (refused.status() !== 403) throw new Error(`a stranger gets ${refused.status()}`);
  await stranger.page.locator('h1', { hasText: 'このリンクは開けません' }).waitFor();
  await stranger.page.locator('main', { hasText: `申し出た事業者: ${own.name}` }).waitFor();
  if (await stranger.page.locator('form[method=post] input[name=code]').count() > 0) {
    throw new Error('a stranger could confirm it');
  }
  await page.goto(link);
  await hands.press(page, page.locator('main form button'));
  await page.locator('.stands.ok').waitFor();
  await page.locator('#h-now ~ p', { hasText: ADDRESS }).waitFor();
  const again = await page.goto(link);
  if (again.status() !== 410) throw new Error(`a link that was used answers ${again.status()}`);
  await page.locator('h1', { hasText: 'もう使われました' }).waitFor();
}

async function oneStop() {
  const { page } = operator;
  const cities = [CITY, '仙台市'];
  await menu(page, hands, '/operator/one-stop');
  const ticked = page.locator('#offices input:checked');
  while (await ticked.count() > 0) await ticked.first().uncheck();
  for (const [place, city] of cities.entries()) {
    const field = (name) => page.locator(`#${name}${place + 1}`);
    await hands.write(page, field('on'), `こだま法人${city} ${width}`);
    await hands.write(page, field('op'), city);
    await hands.write(page, field('os'), '11');
  }
  await hands.press(page, page.locator('.bar button[value=look]'));
  for (const city of cities) await page.locator('#h-targets ~ article h3', { hasText: city }).waitFor();
  await hands.press(page, page.locator('.bar button[value=begin]'));
  await hands.press(page, page.locator('main a[href$="/forms/0"]').last());
  await fillIn(page, hands, { ...CHANGED, before: '理事長 試験 花子', after: '理事長 試験 次郎' });
  await goOn(page, hands);
  const all = await submit(page, hands);
  await hands.press(page, page.locator('a[href$="/receipt/print"]'));
  const paper = await page.locator('.paper').innerText();
  for (const it of [all, ...cities]) if (!paper.includes(it)) throw new Error(`no ${it} in ${paper}`);
  const letter = await until(() => letters(mail, all).at(0), 'no mail says that it was received');
  if (!letter.includes(ADDRESS)) throw new Error('its mail goes to the address of before');
  await page.goto(linkOf(letter));
  // Some answer at once.
  const arrived = page.locator('#authorities h3', { hasText: /届きました|受付完了|差戻し/ });
  await until(async () => {
    await page.reload();
    return (await arrived.count()) === cities.length;
  }, 'it does not reach them all');
  for (const city of cities) await page.locator('#authorities h3', { hasText: city }).waitFor();
  await clerk.page.goto(`/authority?text=${all}`);
  await clerk.page.locator('#offices', { hasText: `こだま法人仙台市 ${width}` }).waitFor();
}

// What each row has, by the headings of the template.
function rowOf(office, city) {
  return {
    '手続': '変更届出', '事業所名': office, '所在地の市区町村': city, 'サービスの種類': '11',
    '申請者(届出者) 主たる事務所の所在地': '札幌市中央区北1条西2丁目',
    '申請者(届出者) 代表者 職名': '理事長', '申請者(届出者) 代表者 氏名': '山田 花子',
    '事業所・施設 所在地': '札幌市北区1', '変更年月日': yesterday(),
    '変更があった事項': '運営規程、電話番号・FAX番号', '変更前': '旧', '変更後': '新',
    '担当者・連絡先 担当者氏名': '佐藤 太郎', '担当者・連絡先 電話番号': '011-211-2111',
  };
}

async function bulk() {
  const { page } = operator;
  await menu(page, hands, '/operator/bulk');
  await hands.pick(page, page.locator('#kind'), 'change');
  const service = page.locator('input[name=service][value="11"]');
  if (!(await service.isVisible())) await hands.press(page, page.locator('details summary').first());
  await hands.tick(page, service);
  const template = await download(page, page.locator('button[value=csv]'));
  const heads = template.toString('utf8').replace('\ufeff', '').split(/\r?\n/)[0].split(',');
  const rows = [rowOf(`一括一号 ${width}`, CITY), rowOf(`一括二号 ${width}`, CITY), rowOf('一括三号', 'どこにもない市')];
  for (const head of Object.keys(rows[0])) {
    if (!heads.includes(head)) throw new Error(`the template has no ${head}, but ${heads}`);
  }
  const lines = [heads, ...rows.map((row) => heads.map((head) => row[head] ?? ''))];
  const buffer = Buffer.from(`${lines.map((cells) => cells.join(',')).join('\r\n')}\r\n`);
  await upload({ name: '変更.csv', mimeType: 'text/csv', buffer });
  const remainder = await download(page, page.locator('a[href$="/remainder"]'));
  await hands.press(page, page.locator('button[name=which]', { hasText: '(2)' }));
  const filed = page.locator('tbody tr', { hasText: `一括一号 ${width}` }).locator('a.code');
  await filed.waitFor();
  if ((await page.locator('a.code').count()) !== 2) throw new Error('not two of them are filed');
  const row = await filed.innerText();
  await hands.press(page, filed);
  await page.locator('.lead', { hasText: row }).waitFor();
  await until(() => letters(mail, row).at(0), 'no mail says that a row was received');
  // What is to be mended comes as a workbook, to be sent again.
  await menu(page, hands, '/operator/bulk');
  await upload({ name: '直す行.xlsx', mimeType: WORKBOOK, buffer: remainder });
  const all = await page.locator('tbody tr').count();
  if (all !== 1) throw new Error(`${all} rows were to be mended`);
}

// Uploads a table in which the third row is to be mended.
async function upload(file) {
  const { page } = operator;
  await page.locator('#file').setInputFiles(file);
  await hands.press(page, page.locator('form[enctype] button'));
  const wrong = page.locator('tbody tr', { hasText: '一括三号' });
  await wrong.locator('.note.bad', { hasText: '市区町村' }).waitFor();
}
