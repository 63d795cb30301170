// A page that waits for the worker asks how far it is, and loads itself anew when the state changes.
(() => {
  const box = document.querySelector("[data-import-status]");
  if (!box) return;
  const bar = box.querySelector("progress");
  const started = Date.now();
  const show = (told) => {
    for (const place of box.querySelectorAll("[data-import-told]")) {
      const text = told[place.dataset.importTold];
      // The sentence is read aloud, so it is touched only when it says something else.
      if (place.textContent !== text) place.textContent = text;
    }
    if (told.permille === null) bar.removeAttribute("value");
    else bar.value = told.permille;
  };
  const ask = async () => {
    try {
      const response = await fetch(box.dataset.importStatus, { headers: { Accept: "application/json" } });
      if (response.ok) {
        const told = await response.json();
        if (told.state !== box.dataset.importState || told.error) {
          window.location.assign(box.dataset.importPage);
          return;
        }
        show(told);
      }
    } catch {
      // The network was away for a moment: the next question comes anyway.
    }
    setTimeout(ask, Date.now() - started < 60000 ? 2000 : 10000);
  };
  setTimeout(ask, 1000);
})();
