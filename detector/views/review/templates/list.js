// The list of what can be looked at. Only the rows in sight exist, so that 3,000 events open at once.

import {clock, duration} from "./words.js";

const ROW = 30;
const BEYOND = 10;
const SIGNS = {confirmed: "✓", changed: "✎", rejected: "✗", added: "+", noted: "•", decided: "✓"};

export class List {
  constructor(box, rows, night, items, choose) {
    Object.assign(this, {box, rows, night, items, choose});
    box.addEventListener("scroll", () => this.draw());
    new ResizeObserver(() => this.draw()).observe(box);
  }

  draw() {
    const {shown, place} = this.items;
    this.rows.style.height = `${shown.length * ROW}px`;
    const first = Math.max(Math.floor(this.box.scrollTop / ROW) - BEYOND, 0);
    const last = Math.min(Math.ceil((this.box.scrollTop + this.box.clientHeight) / ROW) + BEYOND, shown.length);
    const rows = [];
    for (let n = first; n < last; n += 1) rows.push(this.row(shown[n], n, n === place));
    this.rows.replaceChildren(...rows);
    if (shown.length) this.box.setAttribute("aria-activedescendant", `row-${place}`);
    else this.box.removeAttribute("aria-activedescendant");
  }

  // Bring the current row into sight.
  follow() {
    const top = this.items.place * ROW;
    if (top < this.box.scrollTop + ROW) this.box.scrollTop = Math.max(top - 3 * ROW, 0);
    else if (top + 2 * ROW > this.box.scrollTop + this.box.clientHeight) this.box.scrollTop = top + 4 * ROW - this.box.clientHeight;
    this.draw();
  }

  row(item, n, is_current) {
    const now = this.items.now(item);
    const verdict = this.items.verdict(item);
    const row = element("div", {id: `row-${n}`, role: "option", "aria-selected": String(is_current), "aria-posinset": n + 1, "aria-setsize": this.items.shown.length});
    row.style.top = `${n * ROW}px`;
    const kind = this.night.kinds.find((each) => each.kind === now.kind);
    const dot = element("span", {class: `dot ${now.kind || "none"}`});
    dot.style.background = kind && (!this.night.blind || verdict) ? kind.color : "";
    const word = item.type === "event" || item.type === "added" ? (kind ? kind.name : "movement") : item.type === "epoch" ? item.state : "quiet time";
    row.append(
      element("span", {class: "id"}, item.id === "added" ? "+" : item.id), dot,
      element("span", {class: "kind"}, word),
      element("span", {class: "at"}, clock(this.night, now.start_s)),
      element("span", {class: "long"}, duration(now.stop_s - now.start_s)),
      element("span", {class: `sign ${verdict ? verdict.word.replaceAll(" ", "-") : ""}`}, verdict ? `${SIGNS[verdict.word] || "✓"}${verdict.note ? " ✉" : ""}` : ""),
    );
    row.setAttribute("aria-label", `${item.id}, ${word}, ${clock(this.night, now.start_s)}, ${verdict ? verdict.word : "not decided"}`);
    row.addEventListener("click", () => this.choose(item));
    return row;
  }
}

export function element(name, attributes = {}, text = "") {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text) made.textContent = text;
  return made;
}
