// What people do, one step after the other. The first that fails ends the script, and says where
// everyone was.

import { setTimeout } from 'node:timers/promises';

// Characters of each page that are shown.
const SAID_MAX = 2_000;

// Takes steps of these people; gives what a step gives.
export function stepsOf(...people) {
  return async (what, does) => {
    try {
      const done = await does();
      for (const { page } of people) await fits(page);
      console.log(`${what}: done`);
      return done;
    } catch (error) {
      console.log(`${what}: ${error.message}`);
      for (const { page, broken } of people) {
        const said = await page.locator('main').innerText({ timeout: 500 }).catch(() => 'nothing');
        console.log(`on ${page.url()}, which says: ${said.slice(0, SAID_MAX)}\n${broken.join('\n')}`);
      }
      process.exit(1);
    }
  };
}

// A page is never wider than its window: people do not scroll sideways.
async function fits(page) {
  await page.waitForLoadState();
  const [wide, window] = await page.evaluate(() =>
    [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
  if (wide > window) throw new Error(`${page.url()} is ${wide} pixels wide, in a window of ${window}`);
}

// No script threw, and nothing was refused by a page's policy; what `but` matches does not count.
export function nothingBroke(people, but = /^$/) {
  const broken = people.flatMap((it) => it.broken).filter((it) => !but.test(it));
  if (broken.length > 0) throw new Error(broken.join('\n'));
}

// Asks again until it is so, for 20 seconds.
export async function until(is, why) {
  for (let tries = 0; tries < 100; tries += 1) {
    const found = await is();
    if (found) return found;
    await setTimeout(200);
  }
  throw new Error(typeof why === 'function' ? why() : why);
}
