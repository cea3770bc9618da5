// Every page of the hub: whoever can be played follows all links from where they begin, and looks at
// a few pages behind each route. What only a form leads to is made first.

import { cast, enter, visitor } from './chromium.mjs';
import { file } from './filing.mjs';
import { mouse } from './hands.mjs';
import { letters, linkOf } from './mails.mjs';
import { until } from './steps.mjs';

// Pages behind one route that are looked at: those of one state look alike.
const OF_A_ROUTE = 2;

// Everyone may look at the pages of operations in a demo; each sort is followed in its own section.
const SECTION = {
  nobody: /^\/(login|demo|nowhere|authorities(\?|\.|$))/,
  operator: /^\/(operator|authority$)/,
  authority: /^\/(authority|operator$)/,
  operations: /^\/(?!authority|login|demo)/,
};

// Routes behind which things look different: of each as many as there are states of review.
const MORE = { '/operator/filings/{key}': 5, '/authority/deliveries/{id}': 4 };

// Those who are played: as many of each sort as it takes to see what there is to see.
const PLAYED = { operator: 2, authority: 2, operations: 1 };

// A demo is over before the first day is that statements are made of: what is seen says that there are
// none.
const STATED = ['2026-01-05', '2026-01-05/json'];

const STARTS = {
  nobody: ['/authorities?prefecture=01', '/authorities', '/authorities.csv', '/login', '/login?again=1&next=/', '/demo', '/nowhere'],
  operator: ['/operator', '/operator?state=returned', '/operator?state=moving', '/authority'],
  authority: ['/authority', '/authority?view=answered', '/operator', '/authority/reports.csv', ...STATED.map((path) => `/authority/statements/${path}`)],
  operations: ['/', '/search?q=none', '/search?q=%E6%9C%AD%E5%B9%8C', '/operator', '/reports.csv', `/reconciliation/011002/${STATED[0]}`],
};

// Shows each page to `look(page, { who, route, path, isMade })`; gives the routes that were seen. What
// was made by a form cannot be asked for anew.
export async function everyPage(browser, { hub, mail, routes }, look) {
  const seen = new Set();
  const { context, page } = await visitor(browser, hub);
  const people = await cast(page);
  const ofNobody = follow(page, { who: 'nobody', routes, seen }, look);
  const ofSort = async ([sort, count]) => {
    const counted = new Map();
    for (const [place, { role }] of people.filter((it) => it.sort === sort).slice(0, count).entries()) {
      const { context, page } = await visitor(browser, hub);
      await enter(page, role);
      const show = (route, there = page) =>
        look(there, { who: sort, route, path: there.url(), isMade: true });
      const made = place === 0 && MAKE[sort] !== undefined ? await MAKE[sort](page, show, mail) : [];
      await follow(page, { who: sort, routes, seen, counted, made }, look);
      await context.close();
    }
  };
  await Promise.all([ofNobody, ...Object.entries(PLAYED).map(ofSort)]);
  await context.close();
  return seen;
}

async function follow(page, { who, routes, seen, counted = new Map(), made = [] }, look) {
  const waiting = [...made, ...STARTS[who]];
  const asked = new Set();
  while (waiting.length > 0) {
    const path = waiting.shift();
    const route = routeOf(routes, path);
    const sort = sortOf(route, path);
    const most = MORE[route] ?? (route.includes('{') ? OF_A_ROUTE : 1);
    if (asked.has(path) || (counted.get(sort) ?? 0) >= most) continue;
    asked.add(path);
    counted.set(sort, (counted.get(sort) ?? 0) + 1);
    seen.add(route);
    if (!(await isPage(page, path))) continue;
    await page.goto(path);
    await look(page, { who, route, path });
    const links = await page.locator('a[href^="/"]').evaluateAll((all) =>
      all.filter((it) => !it.hasAttribute('hreflang')).map((it) => it.getAttribute('href')));
    waiting.push(...links.map((link) => link.split('#')[0]).filter((it) => SECTION[who].test(it)));
  }
}

// Downloads have no page; that they answer is looked at all the same.
async function isPage(page, path) {
  const answer = await page.request.fetch(path, { maxRedirects: 0 });
  const status = answer.status();
  if (status >= 500) throw new Error(`${path}: ${status}`);
  const type = answer.headers()['content-type'] ?? '';
  await answer.dispose();
  return status >= 300 && status < 400 || type.startsWith('text/html');
}

// The route behind an address; one with words goes before one with names.
function routeOf(routes, path) {
  const parts = path.split('?')[0].split('/');
  const fits = (route) => {
    const names = route.split('/');
    return names.length === parts.length
      && names.every((name, place) => name === parts[place] || name.startsWith('{'));
  };
  return routes.filter(fits).sort((a, b) => a.split('{').length - b.split('{').length)[0] ?? '?';
}

// Lists by view; where one is in a list, or what narrows it, makes no difference.
function sortOf(route, path) {
  const query = new URLSearchParams(path.split('?')[1] ?? '');
  const telling = ['live', 'check', 'kind', 'again', 'bulk'].filter((name) => query.has(name));
  return `${route}?${telling.join('&')}${query.get('view') ?? ''}`;
}

// What only forms lead to.
const MAKE = { operator: draftAndMore, authority: answers, operations: byHand };

// What nobody starts or approves.
async function byHand(page) {
  return [...(await redrive(page)), ...(await erasure(page))];
}

// A filing that was accepted, and whose contents would be erased.
async function erasure(page) {
  await page.goto('/filings');
  const accepted = page.locator('tbody tr', { hasText: '受付完了' }).locator('th a');
  const older = page.locator('a[rel=next]');
  while ((await accepted.count()) === 0 && (await older.count()) > 0) await older.click();
  const number = await accepted.first().textContent();
  await page.goto(`/erasures?filing=${number}`);
  await page.locator('#why').fill('保存期間を過ぎたため');
  await page.locator('form[action="/erasures"][method=post] button').click();
  await page.waitForURL((url) => url.pathname !== '/erasures');
  return [new URL(page.url()).pathname];
}

// Many deliveries that would be sent again together; nobody starts them.
async function redrive(page) {
  await page.goto('/troubles');
  await page.locator('tbody a[href^="/redrives"]').first().click();
  await page.locator('form[action="/redrives"] button').click();
  await page.waitForURL((url) => url.pathname !== '/redrives');
  return [new URL(page.url()).pathname];
}

async function draftAndMore(page, show, mail) {
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

// One is returned with a file, as many as nobody has chosen are accepted, and what was is taken out.
async function answers(page, show) {
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
