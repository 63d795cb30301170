// A page that waits for the worker asks how far it is, and loads itself anew when the state changes.
(() => {
  const box = document.querySelector("[data-import-status]");
  if (!box) return;
  const started = Date.now();
  const ask = async () => {
    try {
      const response = await fetch(box.dataset.importStatus, { headers: { Accept: "application/json" } });
      if (!response.ok) return;
      const { state, progress, error } = await response.json();
      const shown = box.querySelector("[data-import-progress]");
      if (shown) shown.textContent = progress;
      if (state !== box.dataset.importState || error) {
        window.location.assign(box.dataset.importPage);
        return;
      }
    } catch {
      // The network was away for a moment: the next question comes anyway.
    }
    setTimeout(ask, Date.now() - started < 60000 ? 2000 : 10000);
  };
  setTimeout(ask, 1000);
})();
