// Sends the files of a draft piece by piece, shows how far each has come, and goes on where it stopped:
// after a cut, a log-out, a restart of the hub, or a reload when the same file is chosen again. Without
// this file the form sends one file at a time.

const form = document.querySelector('form[data-uploads]');
if (form !== null) serve(form);

// An answer that is no success.
class Refusal extends Error {
  constructor(status, why) {
    super(`${status}`);
    Object.assign(this, { status, why });
  }
}

function serve(form) {
  const say = form.dataset;
  // By name: `item` is also what collections are asked by.
  const [input, item, token] = ['file', 'item', 'token'].map((name) => form.elements.namedItem(name));
  const list = document.getElementById('under-way');
  const state = document.getElementById('upload-state');
  // Milliseconds before the next try: first, and at most.
  const [soon, late] = [1_000, 30_000];
  // Without a byte or an answer for so long, a request is given up and made again.
  const limit = 60_000;
  // Joining what has come takes the hub a while when it is a lot.
  const longest = 600_000;
  // How often a file is begun anew when the hub has lost what had come, or takes other pieces by now.
  const again = 3;

  let last = Promise.resolve();
  const open = new Set();

  input.multiple = true;
  document.getElementById('drop').hidden = false;
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    add(input.files);
  });
  addEventListener('dragover', (event) => drag(event, true));
  addEventListener('dragleave', (event) => { if (event.relatedTarget === null) drag(event, false); });
  addEventListener('drop', (event) => {
    if (drag(event, false)) add(event.dataTransfer.files);
  });
  addEventListener('beforeunload', (event) => { if (open.size > 0) event.preventDefault(); });

  function drag(event, over) {
    const has = event.dataTransfer?.types.includes('Files') ?? false;
    if (has) {
      event.preventDefault();
      form.classList.toggle('dropping', over);
    }
    return has;
  }

  function add(files) {
    if (item.value !== '' && files.length > 1) return tell(say.one, true);
    for (const file of files) {
      const row = show(file, item.value);
      last = last.then(() => send(row));
    }
    input.value = '';
    item.value = '';
  }

  function show(file, paper) {
    const place = document.createElement('li');
    const name = Object.assign(document.createElement('span'), { textContent: file.name });
    const bar = Object.assign(document.createElement('progress'), { max: file.size || 1, value: 0 });
    bar.setAttribute('aria-label', file.name);
    const said = Object.assign(document.createElement('span'), { className: 'sub', textContent: say.queue });
    const button = Object.assign(document.createElement('button'), { type: 'button', className: 'second' });
    const words = document.createElement('span');
    words.className = 'sending';
    words.append(name, bar, said);
    place.append(words, button);
    list.append(place);
    const row = { file, paper, place, bar, said, button, stop: new AbortController(), id: null, begun: false, far: 0, wait: soon, anew: 0 };
    label(row, say.cancel);
    button.addEventListener('click', () => end(row));
    open.add(row);
    return row;
  }

  function label(row, text) {
    row.button.textContent = text;
    row.button.setAttribute('aria-label', `${text}: ${row.file.name}`);
  }

  // Given up, or taken off the page when nothing is to be given up any more.
  function end(row) {
    const had = open.delete(row);
    row.stop.abort();
    row.place.remove();
    input.focus();
    if (had && row.id !== null) cancel(row.id).then(refresh, () => {});
  }

  // Until it is in the draft, cannot be, or was given up.
  async function send(row) {
    const { signal } = row.stop;
    while (!signal.aborted) {
      try {
        const { name } = await whole(row);
        return await added(row, name);
      } catch (trouble) {
        if (signal.aborted) return;
        const why = reason(row, trouble);
        if (why !== null) return failed(row, why);
        await rest(row.wait, signal);
        row.wait = Math.min(row.wait * 2, late);
      }
    }
  }

  // Why nothing more can be done; none: it is tried again.
  function reason(row, trouble) {
    if (trouble instanceof DOMException && trouble.name !== 'TimeoutError') return say.unread;
    const status = trouble instanceof Refusal ? trouble.status : 0;
    if (status === 0 || status >= 500) note(row, say.away);
    else if (status === 401) note(row, say.out, ['/login', say.login]);
    else if (row.begun && trouble.why === undefined && row.anew < again && [404, 413, 422].includes(status)) row.anew += 1;
    else if ([403, 404, 410].includes(status)) return say.gone;
    else if (status !== 409) return trouble.why ?? say.failed;
    return null;
  }

  async function whole(row) {
    const { file, paper, stop: { signal } } = row;
    const about = { name: file.name, size: file.size, modified: file.lastModified, type: file.type, item: paper };
    row.begun = false;
    let begun = await post('', about, signal);
    if (begun.offset > 0 && !(await same(row, begun.pieces))) {
      await cancel(begun.id);
      begun = await post('', about, signal);
    }
    Object.assign(row, { id: begun.id, begun: true });
    document.querySelector(`[data-upload="${begun.id}"]`)?.remove();
    let { offset } = begun;
    progress(row, offset);
    while (offset < file.size) {
      const bytes = await file.slice(offset, offset + begun.piece_bytes).arrayBuffer();
      const next = await piece(row, offset, bytes);
      // It went on: it is not the same trouble again.
      if (next > offset) row.wait = soon;
      else throw new Refusal(409);
      offset = next;
      progress(row, offset);
    }
    note(row, say.joins);
    const patience = AbortSignal.any?.([signal, AbortSignal.timeout(longest)]) ?? signal;
    return post(`/${begun.id}/end`, { item: paper }, patience);
  }

  // Whether what has come is of this very file. Browsers tell only over HTTPS; else name, size and time
  // of change have to do.
  async function same(row, pieces) {
    if (crypto.subtle === undefined) return true;
    note(row, say.checks);
    let at = 0;
    for (const { size, sha256 } of pieces) {
      const bytes = await row.file.slice(at, at + size).arrayBuffer();
      if ((await digest(bytes)).toHex() !== sha256) return false;
      at += size;
    }
    return true;
  }

  async function digest(bytes) {
    const all = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
    return {
      toHex: () => Array.from(all, (byte) => byte.toString(16).padStart(2, '0')).join(''),
      toBase64: () => btoa(String.fromCharCode(...all)),
    };
  }

  // Sends a piece; answers where the next one begins. Only this kind of request tells how far it is.
  async function piece(row, offset, bytes) {
    const known = crypto.subtle === undefined ? null : await digest(bytes);
    const { signal } = row.stop;
    return new Promise((done, fail) => {
      const request = new XMLHttpRequest();
      const cut = () => fail(new TypeError('cut'));
      let idle;
      const alive = () => {
        clearTimeout(idle);
        idle = setTimeout(() => request.abort(), limit);
      };
      const stop = () => request.abort();
      signal.addEventListener('abort', stop);
      request.open('PATCH', `${say.uploads}/${row.id}`);
      request.setRequestHeader('content-type', 'application/offset+octet-stream');
      request.setRequestHeader('upload-offset', offset);
      request.setRequestHeader('form-token', token.value);
      if (known !== null) request.setRequestHeader('content-digest', `sha-256=:${known.toBase64()}:`);
      request.upload.addEventListener('progress', (event) => {
        alive();
        progress(row, offset + Math.min(event.loaded, bytes.byteLength));
      });
      request.addEventListener('load', () => {
        const next = request.getResponseHeader('upload-offset');
        if ([204, 409].includes(request.status) && next !== null) done(Number(next));
        else fail(new Refusal(request.status));
      });
      request.addEventListener('error', cut);
      request.addEventListener('abort', cut);
      request.addEventListener('loadend', () => {
        clearTimeout(idle);
        signal.removeEventListener('abort', stop);
      });
      alive();
      request.send(bytes);
    });
  }

  async function post(below, fields, signal) {
    const body = new URLSearchParams({ token: token.value, ...fields });
    const answer = await fetch(say.uploads + below, { method: 'POST', body, signal });
    if (answer.ok) return answer.json();
    const told = answer.status === 422 ? await answer.json() : {};
    throw new Refusal(answer.status, told.why);
  }

  async function cancel(id) {
    const body = new URLSearchParams({ token: token.value });
    await fetch(`${say.uploads}/${id}/cancel`, { method: 'POST', body });
  }

  // Until a time has passed, or there is reason to think that it works again.
  function rest(ms, signal) {
    return new Promise((done) => {
      const over = () => {
        clearTimeout(timer);
        removeEventListener('online', over);
        removeEventListener('focus', over);
        done();
      };
      const timer = setTimeout(over, ms);
      addEventListener('online', over);
      addEventListener('focus', over);
      signal.addEventListener('abort', over);
    });
  }

  function progress(row, bytes) {
    const share = Math.floor((bytes / row.file.size) * 100);
    row.bar.value = bytes;
    note(row, `${share} %`);
    // By quarters, for those who hear it.
    const far = Math.floor(share / 25);
    if (far > row.far) tell(`${row.file.name}: ${share} %`);
    row.far = far;
  }

  function note(row, text, link = null) {
    row.said.replaceChildren(text);
    if (link === null) return;
    const [href, name] = link;
    const way = Object.assign(document.createElement('a'), { href, target: '_blank', rel: 'noopener' });
    way.textContent = name;
    row.said.append(' ', way);
    tell(`${row.file.name}: ${text}`);
  }

  async function added(row, name) {
    open.delete(row);
    row.place.remove();
    await refresh().catch(() => {});
    tell(`${say.added} ${name}`, true);
  }

  function failed(row, why) {
    open.delete(row);
    row.bar.remove();
    row.said.className = 'note bad';
    row.said.textContent = why;
    label(row, say.close);
    tell(`${row.file.name}: ${why}`);
  }

  function tell(text, seen = false) {
    state.classList.toggle('quiet', !seen);
    state.textContent = text;
  }

  // What the page says of the draft's files, as it is now.
  async function refresh() {
    const answer = await fetch(location.pathname);
    if (!answer.ok) return;
    const now = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const chosen = item.value;
    for (const id of ['there', 'papers', 'waiting', 'item', 'again-item']) {
      const [old, fresh] = [document.getElementById(id), now.getElementById(id)];
      if (old !== null && fresh !== null) old.replaceChildren(...fresh.childNodes);
    }
    for (const row of open) document.querySelector(`[data-upload="${row.id}"]`)?.remove();
    item.value = chosen;
    if (item.selectedIndex < 0) item.value = '';
  }
}
