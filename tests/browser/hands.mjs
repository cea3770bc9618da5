// The two ways in which people work a page: by pointing and clicking, and by the keyboard alone.

// Presses of Tab after which something cannot be reached.
const TABS_MAX = 400;

export const mouse = {
  press: (page, target) => target.click(),
  write: (page, target, text) => target.fill(text),
  date: (page, target, day) => target.fill(day),
  tick: (page, target) => target.check(),
  pick: (page, target, value) => target.selectOption(value),
};

export const keyboard = {
  async press(page, target) {
    await reach(page, target);
    await page.keyboard.press('Enter');
  },
  async write(page, target, text) {
    await reach(page, target);
    await page.keyboard.press('Control+A');
    await page.keyboard.insertText(text);
  },
  // Year, month and day are written one after the other, in the order of the browser's own language.
  async date(page, target, day) {
    await reach(page, target);
    const [year, month, date] = day.split('-');
    for (const order of [[year, month, date], [month, date, year]]) {
      for (let part = 0; part < order.length; part += 1) await page.keyboard.press('ArrowLeft');
      for (const [place, part] of order.entries()) {
        await page.keyboard.type(part);
        // A year may have six digits, so it does not end by itself.
        if (place === 0 && part === year) await page.keyboard.press('ArrowRight');
      }
      if ((await target.inputValue()) === day) return;
    }
    throw new Error(`${day} was written as ${await target.inputValue()}`);
  },
  async tick(page, target) {
    await reach(page, target);
    if (!(await target.isChecked())) await page.keyboard.press('Space');
  },
  async pick(page, target, value) {
    await reach(page, target);
    const count = await target.locator('option').count();
    for (let step = 0; step < count && (await target.inputValue()) !== value; step += 1) {
      await page.keyboard.press('ArrowDown');
    }
    if ((await target.inputValue()) !== value) throw new Error(`${value} cannot be chosen`);
  },
};

// Tabs on until this has the focus; then it has to show that it has.
async function reach(page, target) {
  await target.waitFor();
  for (let tabs = 0; tabs < TABS_MAX; tabs += 1) {
    const has = await target.evaluate((it) => it === document.activeElement);
    if (has) {
      const outline = await target.evaluate((it) => getComputedStyle(it).outlineStyle);
      if (outline === 'none') throw new Error(`${target}: the focus cannot be seen`);
      return;
    }
    await page.keyboard.press('Tab');
  }
  throw new Error(`${target}: the keyboard does not reach it`);
}
