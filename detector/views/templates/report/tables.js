"use strict";
for (const table of document.querySelectorAll("table.sortable")) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => head.addEventListener("click", () => {
    const up = head.getAttribute("aria-sort") !== "ascending";
    heads.forEach((other) => other.setAttribute("aria-sort", "none"));
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
    const isNumber = head.classList.contains("n");
    const key = (row) => {
      const cell = row.cells[column];
      const text = cell.dataset.v ?? cell.textContent.trim().replace(/^e0*(?=\d)/, "");
      if (!isNumber) return text;
      if (text === "") return -Infinity;
      return text.split(":").reduce((sum, part) => 60 * sum + Number(part), 0);
    };
    const rows = [...table.tBodies[0].rows].map((row) => [key(row), row]);
    rows.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0) * (up ? 1 : -1));
    table.tBodies[0].append(...rows.map(([, row]) => row));
    arrange();
  }));
}
const eventTable = document.getElementById("events");
const showAll = document.getElementById("show-all");
let atMost = eventTable ? Number(eventTable.dataset.first) : 0;
// Rows that a filter leaves out are hidden; of the rest, those beyond the first hundred wait until they are asked for.
function arrange() {
  if (!eventTable) return;
  const wanted = new Set([...document.querySelectorAll("input[data-kind]:checked")].map((box) => box.dataset.kind));
  let shown = 0;
  for (const row of eventTable.tBodies[0].rows) {
    row.hidden = !wanted.has(row.dataset.kind);
    if (!row.hidden) shown += 1;
    row.classList.toggle("later", !row.hidden && shown > atMost);
  }
  const all = eventTable.tBodies[0].rows.length;
  document.getElementById("n-shown").textContent = shown < all ? `${shown} of ${all} events` : `${all} events`;
  showAll.hidden = shown <= atMost;
  showAll.textContent = `show all ${shown}`;
}
for (const box of document.querySelectorAll("input[data-kind]")) box.addEventListener("change", arrange);
for (const only of document.querySelectorAll("button[data-only]")) {
  only.addEventListener("click", () => {
    const boxes = [...document.querySelectorAll("input[data-kind]")];
    const isOnly = boxes.every((box) => box.checked === (box.dataset.kind === only.dataset.only));
    boxes.forEach((box) => { box.checked = isOnly || box.dataset.kind === only.dataset.only; });
    arrange();
  });
}
showAll?.addEventListener("click", () => { atMost = Infinity; arrange(); });
arrange();
document.documentElement.classList.add("is-arranged");
addEventListener("beforeprint", () => document.querySelectorAll("details:not(.no-print)").forEach((part) => { part.open = true; }));
