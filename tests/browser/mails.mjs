// The mails that the demo's people have got: one folder for each mailbox.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

// The texts of all mails that say this.
export function letters(folder, about) {
  const files = readdirSync(folder, { recursive: true }).filter((it) => it.endsWith('.eml'));
  const texts = files.map((it) => words(readFileSync(join(folder, it), 'latin1')));
  return texts.filter((it) => it.includes(about));
}

// Where a mail leads.
export function linkOf(letter) {
  return letter.match(/http:\/\/[^\s"<]+/)[0];
}

// The texts of a mail, decoded.
function words(letter) {
  const text = (coded) => Buffer.from(coded, 'base64').toString('utf8');
  const parts = letter.split(/content-transfer-encoding: base64/i).slice(1);
  const bodies = parts.map((part) => text(part.split(/\r?\n\r?\n/)[1] ?? ''));
  const heads = [...letter.matchAll(/=\?utf-8\?b\?([^?]+)\?=/gi)].map((it) => text(it[1]));
  return [letter, ...heads, ...bodies].join('\n');
}
