// Keeps the numbers of a page new, by events that the hub sends. Without this file the page is loaded
// again every few seconds.

const region = document.querySelector('[data-live]');
if (region !== null) keep(region);

function keep(region) {
  // Milliseconds until the page is loaded again when the hub sends nothing more.
  const rest = 30_000;
  let newest = null;
  const source = new EventSource(region.dataset.live + location.search);
  source.addEventListener('numbers', (event) => { newest = event.data; show(); });
  source.addEventListener('error', () => {
    // Else the browser asks anew by itself.
    if (source.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), rest);
  });
  region.addEventListener('focusout', () => setTimeout(show));
  addEventListener('pagehide', () => source.close());
  addEventListener('pageshow', (event) => { if (event.persisted) location.reload(); });

  function show() {
    // Whoever is at something in there is not thrown out of it.
    if (newest === null || region.contains(document.activeElement)) return;
    region.innerHTML = newest;
    newest = null;
  }
}
