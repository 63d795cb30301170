// The reading sheet: volumes while one types, keys and pasting down the column, and drafts that save themselves.
// Every figure is a whole number of thousandths or less, so nothing is ever rounded by a floating point.
(() => {
  const form = document.querySelector("[data-sheet-draft]");
  if (!form) return;
  const fields = [...form.querySelectorAll("input[data-factor]")];
  const open = fields.filter((field) => !field.disabled);
  const language = document.documentElement.lang;
  const [thousands, mark] = language.startsWith("en") ? [",", "."] : ["\u00a0", ","];
  const KWH = 10000000n;

  // Thousandths of the register's unit; null for what is no number.
  const read = (text) => {
    const compact = text.replace(/[\s\u00a0\u202f\u2009'’ʼ]/g, "");
    const found = /^\+?(\d{1,18})(?:[.,](\d{1,3}))?$/.exec(compact);
    return found ? BigInt(found[1]) * 1000n + BigInt((found[2] || "").padEnd(3, "0")) : null;
  };
  const exact = (field) => {
    const value = read(field.value);
    if (value === null || field.dataset.base === "") return null;
    const capacity = 10n ** BigInt(field.dataset.digits) * 1000n;
    if (value >= capacity) return null;
    const base = BigInt(field.dataset.base);
    const difference = value < base ? value - base + capacity : value - base;
    return difference * BigInt(field.dataset.factor) + BigInt(field.dataset.offset || 0);
  };
  const shown = (whole) => whole.toString().replace(/\B(?=(\d{3})+$)/g, thousands);
  const put = (field, text, odd) => {
    const place = field.closest("tr").querySelector("output");
    place.textContent = text;
    place.classList.toggle("is-odd", odd);
  };
  const siblings = new Map();
  for (const field of fields) {
    if (!field.dataset.group) continue;
    if (!siblings.has(field.dataset.group)) siblings.set(field.dataset.group, []);
    siblings.get(field.dataset.group).push(field);
  }
  // Zones of a meter share their rounding: each is cut, and what is left goes to the largest fractions.
  const show = (field) => {
    const group = siblings.get(field.dataset.group) || [field];
    const parts = group.map((one) => ({ one, part: exact(one) })).filter(({ part }) => part !== null);
    const sum = parts.reduce((total, { part }) => total + part, 0n);
    let left = (sum + KWH / 2n) / KWH - parts.reduce((total, { part }) => total + part / KWH, 0n);
    const raised = new Set();
    for (const { one } of [...parts].sort((a, b) => (b.part % KWH > a.part % KWH ? 1 : b.part % KWH < a.part % KWH ? -1 : 0))) {
      if (left-- > 0n) raised.add(one);
    }
    for (const one of group) {
      const found = parts.find((each) => each.one === one);
      if (!found) {
        put(one, one.value.trim() && read(one.value) === null ? "?" : "", true);
        continue;
      }
      const value = read(one.value);
      const smaller = value < BigInt(one.dataset.base);
      put(one, shown(found.part / KWH + (raised.has(one) ? 1n : 0n)), smaller || value === BigInt(one.dataset.base));
    }
  };

  const entered = document.querySelector("[data-sheet-entered]");
  const count = () => {
    if (!entered || new URLSearchParams(window.location.search).get("q") || form.elements.show.value) return;
    const typed = open.filter((field) => field.value.trim() && field.value.trim() !== (field.dataset.sent || "")).length;
    entered.textContent = typed ? `· ${entered.dataset.sheetWords} ${typed}` : "";
  };

  // --- drafts ---
  const status = form.querySelector("[data-sheet-saved]");
  const periods = Object.fromEntries([...form.querySelectorAll("input[name^=period_]")].map((one) => [one.name, one.value]));
  let changed = new Map();
  let timer = 0;
  let saving = false;
  // Whoever answers in another form than ours asks the person to sign in.
  let signedOut = false;
  // After signing in elsewhere the page holds the token of the session before.
  const renew = async () => {
    const response = await fetch(form.getAttribute("action"), { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const found = page.querySelector("[data-sheet-draft] input[name=csrfmiddlewaretoken]");
    if (found) form.elements.csrfmiddlewaretoken.value = found.value;
  };
  const later = (milliseconds) => {
    clearTimeout(timer);
    timer = setTimeout(save, milliseconds);
  };
  const save = async () => {
    if (saving || !changed.size) return;
    const cells = changed;
    changed = new Map();
    saving = true;
    let wait = 0;
    try {
      if (signedOut) await renew();
      const response = await fetch(form.dataset.sheetDraft, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRFToken": form.elements.csrfmiddlewaretoken.value, Accept: "application/json" },
        body: JSON.stringify({ read_on: form.elements.read_on.value, periods, cells: Object.fromEntries(cells) }),
      });
      signedOut = !(response.headers.get("Content-Type") || "").includes("json") && response.status < 500;
      if (signedOut) throw new Error(form.dataset.sheetSignedOut);
      const told = response.status < 500 ? await response.json() : {};
      if (!response.ok) throw new Error(told.error || "");
      if (status.textContent !== told.text) status.textContent = told.text;
    } catch (error) {
      // Cells typed meanwhile are newer than those that were not saved.
      changed = new Map([...cells, ...changed]);
      status.textContent = error instanceof TypeError || !error.message ? form.dataset.sheetUnsaved : error.message;
      wait = 10000;
    } finally {
      saving = false;
      if (changed.size) later(wait || 800);
    }
  };
  const touch = (field) => {
    changed.set(field.id.slice("value_".length), field.value);
    later(1200);
  };
  form.elements.read_on.addEventListener("change", () => {
    for (const field of open) if (field.value.trim()) touch(field);
  });
  window.addEventListener("beforeunload", (event) => {
    if (changed.size && !form.dataset.sent) event.preventDefault();
  });
  // Whoever comes back from signing in need not wait.
  window.addEventListener("focus", () => {
    if (changed.size) later(0);
  });
  form.addEventListener("submit", (event) => {
    if (signedOut) {
      event.preventDefault();
      save();
      return;
    }
    form.dataset.sent = "1";
    clearTimeout(timer);
    changed.clear();
  });

  // --- keys and the clipboard ---
  const go = (field, step) => {
    const next = open[open.indexOf(field) + step];
    if (!next) return;
    next.focus();
    next.select();
  };
  form.addEventListener("input", (event) => {
    if (!event.target.dataset.factor) return;
    show(event.target);
    touch(event.target);
    count();
  });
  form.addEventListener("keydown", (event) => {
    if (!event.target.dataset.factor || event.altKey || event.ctrlKey || event.metaKey) return;
    const step = { Enter: event.shiftKey ? -1 : 1, ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    go(event.target, step);
  });
  form.addEventListener("paste", (event) => {
    const first = event.target;
    if (!first.dataset.factor) return;
    const text = event.clipboardData.getData("text/plain").replace(/\r\n?/g, "\n").replace(/\n$/, "");
    const lines = text.split("\n").map((line) => line.split("\t"));
    if (lines.length < 2 && lines[0].length < 2) return;
    event.preventDefault();
    fill(first, lines);
  });
  // One column fills downwards. Of two, the first names the meter and the second is its reading; where the first names
  // no meter of the sheet, both are read row by row.
  const lost = form.querySelector("[data-sheet-lost]");
  const fill = (first, lines) => {
    const clean = (text) => text.trim().slice(0, 40);
    const byMeter = new Map();
    for (const field of open) {
      const serial = field.closest("tr").cells[1].textContent.trim();
      if (!byMeter.has(serial)) byMeter.set(serial, []);
      byMeter.get(serial).push(field);
    }
    const named = lines.every((cells) => cells.length > 1) && lines.some((cells) => byMeter.has(cells[0].trim()));
    let index = open.indexOf(first);
    const taken = [];
    let without = 0;
    const set = (field, text) => {
      if (!field) {
        if (clean(text)) without += 1;
        return;
      }
      field.value = clean(text);
      taken.push(field);
    };
    if (named) {
      for (const [serial, ...values] of lines) {
        const places = byMeter.get(serial.trim()) || [];
        for (const value of values) set(places.shift(), value);
      }
    } else {
      for (const cells of lines) for (const value of cells) set(open[index++], value);
    }
    for (const field of taken) {
      show(field);
      touch(field);
    }
    count();
    lost.textContent = without ? `${lost.dataset.sheetLost} ${without}` : "";
    const last = taken[taken.length - 1];
    if (last) last.focus();
  };
})();
