// What axe-core finds on a page, as texts.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

// A page that refreshes by itself does so only for who has asked for it, and until they end it.
export async function violations(page) {
  const rules = { 'meta-refresh': { enabled: !page.url().includes('live=1') } };
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe);
  // Of what fits a rule nobody wants to know every place.
  const options = { rules, resultTypes: ['violations'] };
  const found = await page.evaluate(async (options) => (await window.axe.run(options)).violations, options);
  return found.map(({ id, help, nodes }) => {
    const where = nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join('\n      ');
    return `${id}: ${help} (${nodes.length})\n      ${where}`;
  });
}
