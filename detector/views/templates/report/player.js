"use strict";
// The film of the event chosen, beside the timeline; its row is marked, and clicking a row brings the film.
const player = (() => {
  const panel = document.getElementById("player");
  const video = panel.querySelector("video");
  const frame = panel.querySelector(".frame");
  const heading = panel.querySelector("h3");
  const facts = panel.querySelector("dl");
  const note = panel.querySelector(".note");
  const frames = JSON.parse(document.getElementById("frames").textContent);
  const heads = [...document.querySelectorAll("#events thead th")].map((head) => head.textContent);
  let current = 0, pace = 1, address = "";

  const film = (number) => {
    const text = document.getElementById(`film-${number}`);
    if (!text) return null;
    const bytes = Uint8Array.from(atob(text.textContent), (letter) => letter.charCodeAt(0));
    return URL.createObjectURL(new Blob([bytes], { type: "video/mp4" }));
  };
  const place = ([width, height, left, top, wide, tall]) => {
    panel.querySelector(".screen").style.aspectRatio = `${width} / ${height}`;
    Object.assign(frame.style, { left: `${left}%`, top: `${top}%`, width: `${wide}%`, height: `${tall}%` });
  };
  const tell = (row) => {
    const words = [...row.cells[1].childNodes].map((node) => node.textContent.trim()).filter(Boolean);
    heading.textContent = `${row.cells[0].textContent}: ${words.join(", ")}`;
    facts.replaceChildren(...[...row.cells].slice(2).flatMap((cell, index) => {
      const text = cell.textContent.trim();
      if (!text) return [];
      const pair = document.createElement("div");
      pair.append(Object.assign(document.createElement("dt"), { textContent: heads[index + 2] }));
      pair.append(Object.assign(document.createElement("dd"), { textContent: text }));
      return [pair];
    }));
  };
  const show = (number, { fromTimeline = false } = {}) => {
    const row = document.getElementById(`r${number}`);
    if (!row) return;
    document.querySelectorAll("tr[aria-current]").forEach((other) => other.removeAttribute("aria-current"));
    row.setAttribute("aria-current", "true");
    row.classList.remove("later");
    current = number;
    panel.hidden = false;
    tell(row);
    panel.querySelector("a").href = `#r${number}`;
    if (address) URL.revokeObjectURL(address);
    address = film(number);
    panel.classList.toggle("has-film", address !== null);
    note.textContent = "";
    if (address) {
      place(frames[number]);
      video.src = address;
      video.playbackRate = pace;
      video.play().catch(() => {});
      const [, , , , , , onset, cut] = frames[number];
      note.textContent = `The event begins ${onset} s into the film.` + (cut ? ` Only its first ${cut} are shown.` : "");
    } else {
      video.removeAttribute("src");
      video.load();
    }
    const start = Number((row.querySelector("td[data-v]") ?? {}).dataset?.v);
    const length = Number(row.cells[heads.indexOf("lasted")].dataset.v);
    nightTimeline.choose(start, start + length);
    if (!fromTimeline) panel.scrollIntoView({ block: "nearest" });
  };
  const step = (by) => {
    const shown = [...document.querySelectorAll("#events tbody tr")].filter((row) => !row.hidden);
    const index = shown.findIndex((row) => row.id === `r${current}`);
    const next = shown[Math.min(Math.max(index + by, 0), shown.length - 1)];
    if (next) show(Number(next.id.slice(1)), { fromTimeline: true });
  };
  nightTimeline.onEvent((number) => show(number, { fromTimeline: true }));
  document.addEventListener("click", (event) => {
    const go = event.target.closest(".go");
    if (go) show(Number(go.dataset.event ?? go.textContent.replace(/^e0*/, "")));
  });
  panel.querySelectorAll("[data-step]").forEach((button) =>
    button.addEventListener("click", () => step(Number(button.dataset.step))));
  const slow = panel.querySelector("[data-pace]");
  slow.addEventListener("click", () => {
    pace = pace === 1 ? Number(slow.dataset.pace) : 1;
    slow.setAttribute("aria-pressed", String(pace !== 1));
    video.playbackRate = pace;
  });
  panel.querySelector("#with-frame").addEventListener("change", (event) => {
    panel.classList.toggle("bare", !event.target.checked);
  });
  return { show };
})();
