// Every page of the hub: whoever can be played follows all links from where they begin, and looks at
// a few pages behind each route. What only a form leads to is made first.

import { cast, enter, visitor } from './chromium.mjs';
import { answers } from './answered.mjs';
import { byHand } from './by-hand.mjs';
import { draftAndMore } from './drafted.mjs';
import { yesterday } from './filing.mjs';

// Pages behind one route that are looked at: those of one state look alike.
const OF_A_ROUTE = 2;

// Everyone may look at the pages of operations in a demo; each sort is followed in its own section.
const SECTION = {
  nobody: /^\/(login|demo|nowhere|authorities(\?|\.|$))/,
  operator: /^\/(operator|authority$)/,
  authority: /^\/(authority|operator$)/,
  operations: /^\/(?!authority|login|demo)/,
};

// Routes behind which things look different: of each as many as there are states of review, or what is
// found and what is not.
const MORE = {
  '/operator/filings/{key}': 5, '/authority/deliveries/{id}': 7, '/authorities': 2, '/search': 2,
};

// Those who are played: as many of each sort as it takes to see what there is to see.
const PLAYED = { operator: 2, authority: 2, operations: 1 };

// Of yesterday there is a statement, behind the demo's back; of a day before the demo it says that there
// is none.
const STATED = ['2026-01-05', yesterday(), `${yesterday()}/json`];

const STARTS = {
  nobody: ['/authorities?prefecture=01', '/authorities', '/authorities.csv', '/login', '/login?again=1&next=/', '/demo', '/nowhere'],
  operator: ['/operator', '/operator?state=returned', '/operator?state=moving', '/authority'],
  authority: ['/authority', '/authority?view=answered', '/operator', '/authority/reports.csv', ...STATED.map((path) => `/authority/statements/${path}`)],
  operations: ['/', '/search?q=none', '/search?q=%E6%9C%AD%E5%B9%8C', '/operator', '/reports.csv', `/reconciliation?day=${yesterday()}`, `/reconciliation/011002/${STATED[0]}`],
};

// Shows each page to `look(page, { who, route, path, isMade })`; gives the routes that were seen. What
// was made by a form cannot be asked for anew. `second`: the key of another of operations' staff;
// `sorts`: who looks.
export async function everyPage(browser, { hub, mail, second, sorts, routes }, look) {
  const seen = new Set();
  const { context, page } = await visitor(browser, hub);
  const people = await cast(page);
  const ofSort = async (sort) => {
    if (sort === 'nobody') return follow(page, { who: sort, routes, seen }, look);
    const count = PLAYED[sort];
    const counted = new Map();
    for (const [place, { role }] of people.filter((it) => it.sort === sort).slice(0, count).entries()) {
      const { context, page } = await visitor(browser, hub);
      await enter(page, role);
      const show = (route, there = page) =>
        look(there, { who: sort, route, path: there.url(), isMade: true });
      const made = place === 0 ? await MAKE[sort](page, show, { browser, hub, mail, second }) : [];
      await follow(page, { who: sort, routes, seen, counted, made }, look);
      await context.close();
    }
  };
  await Promise.all(sorts.map(ofSort));
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
