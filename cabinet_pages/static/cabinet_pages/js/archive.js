// The page of an archive that is being made asks how far it is, and loads itself anew when it is over.
(() => {
  const box = document.querySelector("[data-archive-status]");
  if (!box) return;
  const bar = box.querySelector("progress");
  const words = box.querySelector("[role=status]");
  const started = Date.now();
  const ask = async () => {
    try {
      const response = await fetch(box.dataset.archiveStatus, { headers: { Accept: "application/json" } });
      const told = response.ok && response.headers.get("Content-Type") === "application/json" ? await response.json() : null;
      // Over, closed or signed out: the page itself says it.
      if (!told || !told.running) {
        window.location.assign(box.dataset.archivePage);
        return;
      }
      bar.value = told.done;
      // The sentence is read aloud, so it is touched only when it says something else.
      if (words.textContent !== told.text) words.textContent = told.text;
    } catch {
      // The network was away for a moment: the next question comes anyway.
    }
    setTimeout(ask, Date.now() - started < 60000 ? 2000 : 10000);
  };
  setTimeout(ask, 1000);
})();
