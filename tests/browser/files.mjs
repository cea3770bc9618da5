// The files of a draft in real Chromium: dropped and chosen, cut at nine tenths, reloaded, logged out,
// given up, in two windows; and the same page without any script. What arrives is compared byte by byte.
//
//   node files.mjs HUB_URL
//
// The hub takes pieces of 65,536 bytes. Ends with 1 and says how far it came when something is not as
// people need it.

import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { DESKTOP, cast, enter, start, visitor } from './chromium.mjs';
import { begin } from './filing.mjs';
import { nothingBroke, stepsOf } from './steps.mjs';

const PIECE = 65_536;

const [hub] = process.argv.slice(2);
const browser = await start();
const person = await visitor(browser, hub, DESKTOP);
const { context, page } = person;
const step = stepsOf(person);
const role = (await cast(page)).find((it) => it.sort === 'operator').role;
await enter(page, role);
// Digests of what has arrived are told where files are offered again: in another draft.
const elsewhere = `${await begin(page)}/files`;
const files = `${await begin(page)}/files`;
const folder = mkdtempSync(join(tmpdir(), 'todoke-files-'));
process.on('exit', () => rmSync(folder, { recursive: true }));
await page.goto(files);

await step('what is dropped is sent with what has come shown, and several at once', async () => {
  await page.locator('#drop').waitFor();
  const watched = await watch(page);
  await drop(page, [pdf('図面.pdf', 5 * PIECE), pdf('写真.pdf', 10)]);
  await there(page, '図面.pdf');
  await there(page, '写真.pdf');
  const seen = await watched();
  if (!seen.some((it) => it > 0 && it < 1)) throw new Error(`no progress was seen: ${seen}`);
  await page.locator('#upload-state', { hasText: '追加しました: 写真.pdf' }).waitFor();
  await page.locator('#under-way li').waitFor({ state: 'detached' });
});

await step('what is chosen is sent by the button, as the paper that was said', async () => {
  const paper = page.locator('#item option').nth(1);
  const title = await paper.innerText();
  await page.locator('#item').selectOption({ index: 1 });
  await choose(page, [pdf('規程.pdf', 2 * PIECE + 1)]);
  await there(page, '規程.pdf');
  await page.locator('#there li', { hasText: '規程.pdf' }).filter({ hasText: title }).waitFor();
  await page.locator('#papers .badge.ok', { hasText: '規程.pdf' }).waitFor();
});

await step('what is cut at nine tenths goes on by itself, and arrives whole', async () => {
  const file = pdf('途中.pdf', 10 * PIECE);
  const sent = await cutAt(page, 9 * PIECE, 2);
  await choose(page, [file]);
  await page.locator('#under-way li', { hasText: 'つながりません' }).waitFor();
  await there(page, '途中.pdf');
  await arrived('途中.pdf', file);
  const begun = sent.filter((it) => it === 9 * PIECE).length;
  if (begun !== 3 || sent.length !== 12) throw new Error(`pieces were sent at ${sent}`);
  await page.unroute('**/uploads/*');
});

await step('after a reload the same file goes on where it stopped', async () => {
  const file = pdf('再開.pdf', 10 * PIECE);
  await cutAt(page, 9 * PIECE, Infinity);
  await choose(page, [file]);
  await page.locator('#under-way li', { hasText: 'つながりません' }).waitFor();
  await page.unroute('**/uploads/*');
  page.once('dialog', (it) => it.accept());
  await page.reload();
  await page.locator('#waiting li', { hasText: '再開.pdf' }).filter({ hasText: '90%' }).waitFor();
  const sent = await cutAt(page, 0, 0);
  await choose(page, [file]);
  await there(page, '再開.pdf');
  await arrived('再開.pdf', file);
  if (sent.join() !== `${9 * PIECE}`) throw new Error(`pieces were sent at ${sent}`);
  await page.unroute('**/uploads/*');
});

await step('another file of the same name, size and time does not go on with what came', async () => {
  await cutAt(page, PIECE, Infinity);
  await choose(page, [pdf('同名.pdf', 2 * PIECE)]);
  await page.locator('#under-way li', { hasText: 'つながりません' }).waitFor();
  await page.unroute('**/uploads/*');
  page.once('dialog', (it) => it.accept());
  await page.reload();
  const other = pdf('同名.pdf', 2 * PIECE, 7);
  await choose(page, [other]);
  await there(page, '同名.pdf');
  await arrived('同名.pdf', other);
});

await step('who is logged out is told so, and it goes on after logging in', async () => {
  const cookies = await context.cookies();
  await context.clearCookies({ name: 'todoke' });
  await choose(page, [pdf('退出.pdf', 3 * PIECE)]);
  await page.locator('#under-way a[href="/login"]').waitFor();
  await context.addCookies(cookies);
  await page.evaluate(() => dispatchEvent(new Event('focus')));
  await there(page, '退出.pdf');
});

await step('what is given up goes, on the page and at the hub', async () => {
  await cutAt(page, PIECE, Infinity);
  await choose(page, [pdf('中止.pdf', 3 * PIECE)]);
  await page.locator('#under-way li', { hasText: 'つながりません' }).waitFor();
  await page.unroute('**/uploads/*');
  const gone = page.waitForResponse((it) => it.url().endsWith('/cancel'));
  await page.locator('#under-way button', { hasText: '中止' }).click();
  await gone;
  await page.reload();
  if (await page.locator('#waiting li').count() > 0) throw new Error('it is still waited for');
});

await step('what cannot be taken is said, and taken off the page', async () => {
  await choose(page, [{ name: '実行.pdf', buffer: Buffer.from('MZ\x90\0\x03\0\0\0', 'latin1') }]);
  await page.locator('#under-way .note.bad', { hasText: 'この種類のファイルは' }).waitFor();
  await page.locator('#under-way button', { hasText: '閉じる' }).click();
  await page.locator('#under-way li').waitFor({ state: 'detached' });
  await page.locator('#item').selectOption({ index: 1 });
  await choose(page, [pdf('一.pdf', 10), pdf('二.pdf', 10)]);
  await page.locator('#upload-state', { hasText: 'ファイルを1つだけ' }).waitFor();
});

await step('two windows that send the same file make one of it', async () => {
  const other = await context.newPage();
  await Promise.all([page.goto(files), other.goto(files)]);
  const file = pdf('二窓.pdf', 20 * PIECE);
  await Promise.all([choose(page, [file]), choose(other, [file])]);
  await Promise.all([there(page, '二窓.pdf'), there(other, '二窓.pdf')]);
  await page.goto(files);
  const count = await page.locator('#there li', { hasText: '二窓' }).count();
  if (count !== 1) throw new Error(`it is there ${count} times`);
  await arrived('二窓.pdf', file);
  await other.close();
});

await step('the same page works without any script', async () => {
  const plain = await browser.newContext({ baseURL: hub, javaScriptEnabled: false, locale: 'ja-JP' });
  const bare = await plain.newPage();
  await bare.goto('/demo');
  await bare.locator(`button[name=role][value="${role}"]`).click();
  await bare.goto(files);
  if (await bare.locator('#drop').isVisible()) throw new Error('it offers what it cannot do');
  const { buffer } = pdf('素.pdf', 100);
  await bare.locator('#file').setInputFiles({ name: '素.pdf', mimeType: 'application/pdf', buffer });
  await bare.locator('form[data-uploads] button').click();
  await there(bare, '素.pdf');
  await plain.close();
});

await step('nothing broke on the way', () => nothingBroke([person], /Failed to load resource|net::ERR/));
await browser.close();

// A PDF of so many bytes; no piece is like another, and no file like one of another name.
function pdf(name, size, seed = name.codePointAt(0)) {
  const buffer = Buffer.alloc(size);
  for (let at = 0; at < size; at += 1) buffer[at] = at * 31 + (at >> 8) * 17 + (at >> 16) * 7 + seed;
  buffer.write('%PDF-1.7', 'latin1');
  return { name, buffer };
}

// Chosen in the page, from a disk: all were changed last at the same moment.
async function choose(page, files) {
  const paths = files.map(({ name, buffer }) => {
    const path = join(folder, name);
    writeFileSync(path, buffer);
    utimesSync(path, 1_780_000_000, 1_780_000_000);
    return path;
  });
  await page.locator('#file').setInputFiles(paths);
  await page.locator('form[data-uploads] button').click();
}

async function drop(page, files) {
  const texts = files.map(({ name, buffer }) => [name, buffer.toString('base64')]);
  const dataTransfer = await page.evaluateHandle((texts) => {
    const all = new DataTransfer();
    for (const [name, text] of texts) {
      const bytes = Uint8Array.from(atob(text), (it) => it.charCodeAt(0));
      all.items.add(new File([bytes], name, { type: 'application/pdf' }));
    }
    return all;
  }, texts);
  await page.dispatchEvent('#h-add', 'dragover', { dataTransfer });
  await page.locator('form.dropping').waitFor();
  await page.dispatchEvent('#h-add', 'drop', { dataTransfer });
  await page.locator('form.dropping').waitFor({ state: 'detached' });
}

// How far the bars stood, asked for at the end.
async function watch(page) {
  await page.evaluate(() => {
    window.seen = [];
    const look = (changes) => window.seen.push(...changes.map(({ target }) => target.position));
    const only = { subtree: true, attributeFilter: ['value'] };
    new MutationObserver(look).observe(document.getElementById('under-way'), only);
  });
  return () => page.evaluate(() => window.seen);
}

// The pieces that begin here are cut, so often; tells where all began that were sent.
async function cutAt(page, at, times) {
  const sent = [];
  let cuts = 0;
  await page.route('**/uploads/*', async (route) => {
    const offset = Number(route.request().headers()['upload-offset']);
    sent.push(offset);
    if (offset !== at || cuts >= times) return route.continue();
    cuts += 1;
    return route.abort('connectionreset');
  });
  return sent;
}

function there(page, name) {
  return page.locator('#there li', { hasText: name }).waitFor();
}

// The hub has these very bytes under this name.
async function arrived(name, { buffer }) {
  const other = await context.newPage();
  await other.goto(elsewhere);
  const digest = createHash('sha256').update(buffer).digest('hex');
  const known = other.locator(`#again label:has([value="${digest}"])`, { hasText: name });
  await known.waitFor({ state: 'attached' });
  await other.close();
}
