// Files that can be looked at, of one colour; and whether Chromium shows that colour.

import { crc32, deflateSync } from 'node:zlib';

const RED = [200, 30, 40];

// A red picture.
export function png(width = 40, height = 30) {
  const line = Buffer.concat([Buffer.from([0]), Buffer.alloc(3 * width, Buffer.from(RED))]);
  const size = Buffer.alloc(8);
  size.writeUInt32BE(width);
  size.writeUInt32BE(height, 4);
  const head = Buffer.concat([size, Buffer.from([8, 2, 0, 0, 0])]);
  const lines = deflateSync(Buffer.concat(Array(height).fill(line)));
  const chunks = [['IHDR', head], ['IDAT', lines], ['IEND', Buffer.alloc(0)]];
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), ...chunks.map(chunk)]);
}

function chunk([name, bytes]) {
  const body = Buffer.concat([Buffer.from(name), bytes]);
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(bytes.length);
  ends.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
}

// A red page.
export function pdf() {
  const paint = `${RED.map((it) => (it / 255).toFixed(3)).join(' ')} rg 0 0 595 842 re f`;
  const objects = [
    '<</Type/Catalog/Pages 2 0 R>>',
    '<</Type/Pages/Kids[3 0 R]/Count 1>>',
    '<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R>>',
    `<</Length ${paint.length}>>stream\n${paint}\nendstream`,
  ];
  let text = '%PDF-1.4\n';
  const places = objects.map((object, at) => {
    const place = text.length;
    text += `${at + 1} 0 obj${object}\nendobj\n`;
    return `${String(place).padStart(10, '0')} 00000 n \n`;
  });
  const table = `xref\n0 5\n0000000000 65535 f \n${places.join('')}trailer<</Size 5/Root 1 0 R>>`;
  return Buffer.from(`${text}${table}\nstartxref\n${text.length}\n%%EOF\n`, 'latin1');
}

// How much of what an element shows is red, from 0 to 1.
export async function redness(element) {
  const picture = [...await element.screenshot()];
  return element.page().evaluate(async ([picture, red]) => {
    const bitmap = await createImageBitmap(new Blob([new Uint8Array(picture)]));
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
    canvas.drawImage(bitmap, 0, 0);
    const { data } = canvas.getImageData(0, 0, bitmap.width, bitmap.height);
    let count = 0;
    for (let at = 0; at < data.length; at += 4) {
      count += red.every((it, place) => Math.abs(it - data[at + place]) < 12) ? 1 : 0;
    }
    return count / (data.length / 4);
  }, [picture, RED]);
}
