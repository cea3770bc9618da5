// What an operator's people do at the pages to file something.

// The day before today, in Japan.
export function yesterday() {
  return new Date(Date.now() + 9 * 3_600_000 - 86_400_000).toISOString().slice(0, 10);
}

// A change of a home-visit office in this city, filed with these files; gives its receipt number.
export async function file(page, hands, { office, city, changed, files = [] }) {
  await write(page, hands, { office, city, changed });
  if (files.length > 0) await attach(page, hands, files);
  return submit(page, hands);
}

// The same, written as far as its form is saved.
export async function write(page, hands, { office, city, changed }) {
  await hands.press(page, page.getByRole('link', { name: '新しく届け出る' }).first());
  await hands.write(page, page.locator('#name'), office);
  await hands.write(page, page.locator('#place'), city);
  await hands.press(page, page.locator('main form.entry button'));
  await hands.pick(page, page.locator('#what'), 'change');
  const service = page.locator('#kind input[name=service][value="11"]');
  if (!(await service.isVisible())) await hands.press(page, page.locator('#kind summary').first());
  await hands.tick(page, service);
  await hands.press(page, page.locator('#kind button'));
  await page.locator('#h-targets ~ article h3', { hasText: city }).waitFor();
  await hands.press(page, page.locator('form[action="/operator/drafts"] button'));
  await hands.press(page, page.locator('main a[href$="/forms/0"]').last());
  await fillIn(page, hands, changed);
  await goOn(page, hands);
}

// Saves the first form, and waits until the next page is there: what is pressed before is lost.
export async function goOn(page, hands) {
  await hands.press(page, page.locator('.bar button[value=next]'));
  await page.waitForURL((url) => !url.pathname.endsWith('/forms/0'));
}

// Files go to a draft; each is there before the next.
async function attach(page, hands, files) {
  await hands.press(page, page.locator('.steps a[href$="/files"]'));
  for (const { name, mimeType, buffer } of files) {
    await page.locator('#file').setInputFiles({ name, mimeType, buffer });
    await hands.press(page, page.locator('form[data-uploads] button'));
    await page.locator('#there li', { hasText: name }).waitFor();
  }
}

// The texts that a change asks for, and no others.
export async function fillIn(page, hands, { on, before, after }) {
  const field = (name) => page.locator(`[name="${name}"]`);
  await hands.write(page, field('/applicant/address'), '北海道札幌市中央区北1条西2丁目');
  await hands.write(page, field('/applicant/representative/title'), '理事長');
  await hands.write(page, field('/applicant/representative/name'), '試験 花子');
  await hands.write(page, field('/office/address'), '北海道札幌市中央区南1条西5丁目');
  await hands.date(page, field('/changed_on'), on);
  await hands.tick(page, field('/items').first());
  await hands.write(page, field('/before'), before);
  await hands.write(page, field('/after'), after);
  await hands.write(page, field('/contact/name'), '試験 太郎');
  await hands.write(page, field('/contact/telephone'), '011-000-0000');
}

// From a form that was saved to the review, where nothing is wrong; gives the button that files it.
export async function review(page, hands) {
  await hands.press(page, page.locator('.steps a').last());
  await page.locator('.stands.ok').waitFor();
  return page.locator('form[action$="/submit"] button');
}

// From a form that was saved over the review to the receipt.
export async function submit(page, hands) {
  await hands.press(page, await review(page, hands));
  return received(page);
}

// The number on the page of a filing that was received.
export async function received(page) {
  const number = page.locator('.lead .code').first();
  await number.waitFor();
  return (await number.innerText()).trim();
}

// A draft of a change of the first office that is known; gives its address.
export async function begin(page) {
  await page.goto('/operator/start');
  await page.locator('#h-known ~ ul a').first().click();
  await page.locator('#what').selectOption('change');
  const services = page.locator('#kind input[name=service]');
  if ((await services.and(page.locator(':checked')).count()) === 0) {
    await page.locator('#kind summary').first().click();
    await services.first().check();
  }
  await page.locator('#kind button').click();
  await page.locator('form[action="/operator/drafts"] button').click();
  return new URL(page.url()).pathname.split('/').slice(0, 4).join('/');
}
