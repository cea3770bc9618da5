// Saves a form of a draft while it is being written, and shows beside its fields what the checks find
// there. Without this file the form is saved by its buttons, and checked where those lead.

const form = document.querySelector('form[data-autosave]');
if (form !== null) keep(form, document.getElementById('draft-state'));

function keep(form, state) {
  const say = form.dataset;
  const rest = Number(say.autosave);
  // Who writes on and on is saved all the same, and who cannot be is tried again.
  const longest = rest * 5;
  // Longer than the hub takes for anything.
  const limit = 30_000;
  // Bytes that browsers send for a page that is being left.
  const most = 60_000;

  // What is known to be saved; what was sent and never answered; what is being sent.
  let kept = words();
  let lost = null;
  let under = null;
  let timer;
  let since = null;
  let ended = false;
  let leaving = false;
  let trouble = false;
  // The fields that somebody has been at: what is wrong with the others is not told yet.
  const touched = new Set();

  for (const note of form.querySelectorAll('.note')) touch(note);
  form.addEventListener('input', (event) => soon(event.target, rest));
  form.addEventListener('change', (event) => soon(event.target, 0));
  form.addEventListener('submit', submit);
  addEventListener('focus', () => { if (trouble) soon(null, 0); });
  addEventListener('online', () => { if (trouble) soon(null, 0); });
  addEventListener('pagehide', last);
  addEventListener('pageshow', () => { leaving = false; });
  addEventListener('beforeunload', (event) => {
    if (trouble && !leaving && words() !== kept) event.preventDefault();
  });

  function words() {
    const all = new URLSearchParams(new FormData(form));
    all.delete('base');
    return all.toString();
  }

  function touch(target) {
    for (let at = target; at !== null && at !== form; at = at.parentElement) {
      if (at.matches('.field, fieldset.part')) touched.add(at);
    }
  }

  function soon(target, wait) {
    if (target !== null) touch(target);
    if (ended) return;
    since ??= Date.now();
    clearTimeout(timer);
    timer = setTimeout(save, Math.max(0, Math.min(wait, since + longest - Date.now())));
  }

  function save() {
    since = null;
    clearTimeout(timer);
    if (ended || leaving || under !== null) return under;
    const text = lost ?? words();
    if (text === kept && !trouble) return null;
    under = send(text).finally(() => {
      under = null;
      if (lost !== null) timer = setTimeout(save, longest);
      else if (!trouble && words() !== kept) soon(null, rest);
    });
    return under;
  }

  // Whether it was saved is not known when there is no answer: then the same is sent once more, before
  // anything newer, since the hub would take that for another window's words.
  async function send(text) {
    lost = text;
    let answer;
    let told;
    try {
      answer = await post(text, AbortSignal.timeout(limit));
      if (answer.ok) told = await answer.json();
    } catch {
      return tell(say.away);
    }
    if (answer.ok) {
      [kept, lost] = [text, null];
      form.elements.base.value = told.base;
      const count = show(told.found);
      return tell(say.saved.replace('{at}', told.at) + (count > 0 ? ` ${say.found} ${count}` : ''), true);
    }
    if (answer.status >= 500) return tell(say.away);
    lost = null;
    if (answer.status === 401) return tell(say.out, false, ['/login', say.login]);
    ended = true;
    return tell(answer.status === 409 ? say.clash : say.gone);
  }

  function post(text, signal) {
    const body = `${text}&action=auto&base=${form.elements.base.value}`;
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const keepalive = body.length < most;
    // Not `form.action`: buttons have that name.
    return fetch(form.getAttribute('action'), { method: 'POST', body, headers, keepalive, signal });
  }

  // A page that is left saves what is there; nobody waits for the answer.
  function last() {
    if (ended || leaving || trouble || under !== null || words() === kept) return;
    post(words()).catch(() => {});
  }

  // A button saves on top of what is under way, not beside it.
  async function submit(event) {
    clearTimeout(timer);
    if (under === null && lost === null) {
      leaving = true;
      return;
    }
    event.preventDefault();
    await (under ?? send(lost));
    if (lost === null) form.requestSubmit(event.submitter);
  }

  // The same again would be read out again.
  function tell(text, well = false, link = null) {
    trouble = !well;
    state.classList.toggle('bad', !well);
    if (state.dataset.said === text) return;
    state.dataset.said = text;
    state.replaceChildren(text);
    if (link === null) return;
    const [address, name] = link;
    const way = Object.assign(document.createElement('a'), { href: address, target: '_blank', rel: 'noopener' });
    way.textContent = name;
    state.append(' ', way);
  }

  // Puts what was found beside the fields that somebody has been at; tells how much.
  function show(found) {
    for (const at of touched) {
      for (const note of notes(at)) note.remove();
      if (at.matches('.field')) at.classList.toggle('noted', at.querySelector('.note') !== null);
    }
    let count = 0;
    for (const { id, tone, text } of found) {
      const at = place(id);
      if (at === null || !touched.has(at)) continue;
      const note = Object.assign(document.createElement('p'), { className: `note ${tone}` });
      note.textContent = text;
      if (at.matches('.field')) {
        at.classList.add('noted');
        described(at, id).append(note);
      } else {
        at.querySelector('legend').after(note);
      }
      count += 1;
    }
    return count;
  }

  // Notes of a field's own; what an authority has marked stays.
  function notes(at) {
    const own = at.matches('.field') ? at.querySelectorAll('.note') : at.querySelectorAll(':scope > .note');
    return [...own].filter((note) => !note.matches('.hold'));
  }

  // The field of an id, or what it stands in.
  function place(id) {
    for (let name = id; name.length > 1; name = name.slice(0, name.lastIndexOf('-'))) {
      const at = document.getElementById(name)?.closest('.field, fieldset.part');
      if (at) return at;
      if (!name.includes('-')) break;
    }
    return null;
  }

  // Where a field's hints and notes stand.
  function described(at, id) {
    const known = at.querySelector(':scope > [id$="-n"]');
    if (known !== null) return known;
    const made = Object.assign(document.createElement('div'), { id: `${id}-n` });
    at.append(made);
    (document.getElementById(id) ?? at).setAttribute('aria-describedby', made.id);
    return made;
  }
}
