// The review page: everything is done with keys, each decision is written before the page says so.

import {Gone, decide, read} from "./api.js";
import {Items} from "./items.js";
import {List, element} from "./list.js";
import {Player} from "./player.js";
import {Regions} from "./regions.js";
import {Signal} from "./signal.js";
import {Timeline, describe, lane} from "./timeline.js";
import {clock, counted, duration, interval, percent} from "./words.js";

const find = (id) => document.getElementById(id);
const KINDS_AT = "123456789";

class Page {
  constructor(night, state) {
    this.night = night;
    this.items = new Items(night);
    this.items.update(state);
    this.state = state;
    this.pick = null;
    this.saving = Promise.resolve();
    this.player = new Player(find("screen"), night, (problem) => this.notice(problem));
    this.timeline = new Timeline(find("timeline"), night, this.items, (item) => this.go(item), (item, time_s) => this.hover(item, time_s));
    this.signal = new Signal(find("signal"), night, (time_s) => this.player.seek(time_s));
    this.list = new List(find("list"), find("rows"), night, this.items, (item) => this.go(item));
    this.regions = new Regions(find("regions"), night, () => this.player.front.video);
  }

  // ---- moving about

  async go(item) {
    if (!item || !this.items.go(item)) return;
    this.pick = null;
    this.tell();
    this.list.follow();
    this.timeline.follow(item.start_s);
    const shown = this.player.show(item);
    this.player.prepare([this.items.undecided(), this.items.after(1), ...this.items.ahead(2)]);
    this.signal.event = this.items.now(item);
    this.signal.ink = this.ink(item);
    this.signal.show(...this.player.window(item));
    await shown;
    this.fit();
  }

  next(step) {
    this.go(this.items.after(step));
  }

  unreviewed() {
    const item = this.items.undecided();
    if (item && item !== this.items.current) this.go(item);
    else if (!item) this.saved("all decided");
  }

  open(view) {
    this.items.view = this.items.view === view ? "events" : view;
    this.items.shown = [];
    this.items.place = 0;
    this.items.arrange();
    for (const each of ["events", "samples", "epochs"]) find(`view-${each}`).setAttribute("aria-pressed", String(this.items.view === each));
    find("filters").hidden = this.items.view !== "events";
    document.body.dataset.view = this.items.view;
    this.digits();
    this.results();
    this.list.draw();
    this.tell();
    this.timeline.draw();
    this.go(this.items.isDecided(this.items.current) ? this.items.undecided() || this.items.current : this.items.current);
  }

  // ---- deciding

  // Write a decision; the next item is shown meanwhile. What could not be written is said, and shown again.
  send(document, item, advance = false) {
    const before = this.items.current;
    if (advance) {
      const next = this.nextAfter(item);
      if (next) this.go(next);
    }
    this.saving = this.saving.then(async () => {
      try {
        this.take(await decide(document), document, item);
      } catch (error) {
        this.trouble(error instanceof Gone ? error.message : `Not saved: ${error.message}`);
        if (before) this.go(before);
      }
    });
    return this.saving;
  }

  nextAfter(item) {
    const {shown, place} = this.items;
    for (let n = place + 1; n < shown.length; n += 1) if (!this.items.isDecided(shown[n])) return shown[n];
    return shown.find((each) => each.key !== item.key && !this.items.isDecided(each));
  }

  take(state, document, item) {
    const before = this.items.current && this.items.current.key;
    this.trouble("");
    this.state = {...this.state, ...state};
    this.items.update(state);
    this.saved("saved");
    this.results();
    this.list.draw();
    this.tell();
    this.timeline.draw();
    if (document.action === "add") this.go(this.items.added.find((each) => each.start_s === document.start_s && each.mark.kind === document.kind) || item);
    if (document.action === "undo") {
      const undone = this.items.shown.find((each) => each.type === "event" && each.index === state.undone);
      if (undone) this.go(undone);
      else if (this.items.current && this.items.current.key !== before) this.go(this.items.current);  // an added one is gone
    }
  }

  about(item) {
    return item.type === "added" ? {added: item.mark} : {event: item.index};
  }

  confirm() {
    const item = this.items.current;
    if (!item) return;
    if (item.type === "epoch" && this.night.blind) this.saved("say which state it is: 1 to 5");
    else if (item.type === "epoch") this.send({action: "state", start_s: item.start_s, stop_s: item.stop_s, state: item.state}, item, true);
    else if (item.type === "sample") this.send({action: "sample", start_s: item.start_s, stop_s: item.stop_s}, item, true);
    else if (this.night.blind && !this.items.isDecided(item)) this.saved("say what it is: 1 to 9, or x for nothing");
    else this.send({action: "confirm", ...this.about(item)}, item, true);
  }

  reject() {
    const item = this.items.current;
    if (!item || item.type === "epoch") return;
    if (item.type === "sample") this.confirm();
    else this.send({action: "reject", ...this.about(item)}, item, true);
  }

  digit(n) {
    const item = this.items.current;
    if (!item) return;
    if (item.type === "epoch") {
      const state = this.night.states[n];
      if (state) this.send({action: "state", start_s: item.start_s, stop_s: item.stop_s, state}, item, true);
      return;
    }
    const kind = this.night.kinds[n];
    if (!kind) return;
    if (item.type === "sample") this.add(kind.kind);
    else this.send({action: "change", kind: kind.kind, ...this.about(item)}, item, item.type === "event");
  }

  edge(which, time_s) {
    const item = this.items.current;
    if (!item || item.type === "sample" || item.type === "epoch") return;
    const now = this.items.now(item);
    const moved = Math.round(time_s * 1000) / 1000;
    const [start_s, stop_s] = which === "start_s" ? [moved, Math.max(now.stop_s, moved)] : [Math.min(now.start_s, moved), moved];
    this.send({action: "change", start_s, stop_s, ...this.about(item)}, item);
  }

  nudge(which, pictures) {
    const item = this.items.current;
    if (item) this.edge(which, this.items.now(item)[which] + pictures * this.night.frame_s);
  }

  add(kind) {
    const start_s = Math.round(this.player.time * 1000) / 1000;
    const place = this.pick ? {x_px: Math.round(this.pick[0] * this.night.width_px), y_px: Math.round(this.pick[1] * this.night.height_px)} : {};
    const document = {action: "add", kind: kind || this.night.kinds[0].kind, start_s, stop_s: start_s + 0.3, ...place};
    this.send(document, this.items.current);
  }

  undo() {
    this.send({action: "undo"}, this.items.current);
  }

  note(text) {
    const item = this.items.current;
    if (!item || item.type === "sample" || item.type === "epoch") return;
    this.send({action: "note", note: text, ...this.about(item)}, item);
  }

  point(dx, dy) {
    const inside = (value) => Math.min(Math.max(value, 0), 1);
    const [x, y] = this.pick || [0.5, 0.5];
    this.pick = [inside(x + dx), inside(y + dy)];
    this.fit();
  }

  // ---- saying

  ink(item) {
    const kind = this.night.kinds.find((each) => each.kind === this.items.now(item).kind);
    return kind ? kind.color : "#8a8a8a";
  }

  tell() {
    const item = this.items.current;
    const {shown} = this.items;
    const names = {events: ["event"], samples: ["quiet sample"], epochs: ["epoch"]}[this.items.view];
    find("shown").textContent = `${counted(shown.length, ...names)}${shown.length < this.total() ? ` of ${this.total()}` : ""}`;
    if (!item) {
      find("what").textContent = this.total() ? "Nothing passes these filters." : {events: "No movement was found in this night.", samples: "No quiet time is long enough for a sample.", epochs: "No states."}[this.items.view];
      find("reason").textContent = this.total() || this.items.view !== "events" ? "" : "Look through the quiet samples (q), and add what was missed (a).";
      find("verdict").textContent = "";
      find("note").value = "";
      return;
    }
    const now = this.items.now(item);
    const verdict = this.items.verdict(item);
    find("what").replaceChildren(...this.heading(item, now));
    find("reason").textContent = item.reason || (item.type === "sample" ? "Nothing was found here. Did anything move? Add it (a or 1 to 9); else confirm (c)." : "");
    find("verdict").textContent = verdict ? `${verdict.word}${verdict.note ? ` · note: ${verdict.note}` : ""}` : "not decided yet";
    find("verdict").className = verdict ? verdict.word.replaceAll(" ", "-") : "";
    if (document.activeElement !== find("note")) find("note").value = (verdict && verdict.note) || "";
    for (const button of find("kinds").children) button.setAttribute("aria-pressed", String(Boolean(verdict) && (button.dataset.kind === now.kind || button.dataset.kind === verdict.word)));
    this.signal.event = now;
    this.signal.ink = this.ink(item);
  }

  heading(item, now) {
    const parts = [describe(this.night, item, now)];
    if (item.rate_hz) parts.push(`${item.rate_hz.toFixed(1)} Hz`);
    if (item.snr) parts.push(`${item.snr.toFixed(0)} times the noise`);
    if (item.site) parts.push(item.site);
    if (item.state && item.type === "event") parts.push(item.state);
    const dot = element("span", {class: `dot ${now.kind || "none"}`});
    dot.style.background = this.ink(item);
    return [dot, element("strong", {}, parts[0]), parts.length > 1 ? `, ${parts.slice(1).join(", ")}` : ""];
  }

  total() {
    return {events: this.items.events.length + this.items.added.length, samples: this.items.quiet.length, epochs: this.items.stages.length}[this.items.view];
  }

  results() {
    const {n_decided, precision, recall, agreement = [], unplaced = []} = this.state;
    const n = this.items.events.length;
    find("bar").setAttribute("aria-valuemax", n);
    find("bar").setAttribute("aria-valuenow", n_decided);
    find("bar").firstElementChild.style.width = n ? `${(100 * n_decided) / n}%` : "0";
    find("count").textContent = `${n_decided} of ${counted(n, "event")} decided${this.items.added.length ? `, ${this.items.added.length} added` : ""}`;
    const parts = [];
    const kinds = this.night.kinds.filter(({kind}) => precision[kind]);
    if (kinds.length) {
      parts.push(element("h2", {}, "Right so far"));
      parts.push(table(kinds.map(({kind, name}) => [name, `${precision[kind].n_true} of ${precision[kind].n}`, percent(precision[kind].n_true / precision[kind].n), interval(precision[kind].low, precision[kind].high)]), ["kind", "right", "precision", "95 %"]));
    }
    if (recall.sampled_s) {
      const words = recall.share === null ? "nothing to find yet" : `${percent(recall.share)} (95 %: ${interval(recall.low, recall.high)})`;
      parts.push(element("h2", {}, "Found of all there is, estimated"));
      parts.push(element("p", {}, `${words}, from ${counted(recall.n_missed, "missed event")} in ${duration(recall.sampled_s)} looked through of ${duration(recall.quiet_s)} quiet.`));
      if (!recall.is_sure) parts.push(element("p", {class: "quiet"}, "The interval is honest once all events are decided."));
    }
    if (agreement.length) {
      parts.push(element("h2", {}, "Agreement"));
      parts.push(table(agreement.map(({reviewers, n: both, n_same, kappa}) => [reviewers.find((each) => each !== this.night.reviewer), `${n_same} of ${both}`, kappa === null ? "–" : kappa.toFixed(2)]), ["with", "same", "kappa"]));
    }
    if (unplaced.length) {
      parts.push(element("h2", {}, `${counted(unplaced.length, "decision")} without an event`));
      parts.push(element("p", {class: "quiet"}, "Made before the night was decided with other parameters; no event is there now."));
      parts.push(table(unplaced.slice(0, 20).map((each) => [each.word, each.kind || "", clock(this.night, each.start_s)]), ["decision", "kind", "at"]));
    }
    find("results").replaceChildren(...parts);
  }

  saved(text) {
    const box = find("saved");
    box.textContent = text;
    box.classList.remove("fresh");
    requestAnimationFrame(() => box.classList.add("fresh"));
  }

  trouble(text) {
    find("trouble").textContent = text;
    find("trouble").hidden = !text;
  }

  notice(text) {
    find("notice").textContent = text;
    find("notice").hidden = !text;
  }

  hover(item, time_s = null) {
    find("hover").textContent = item ? describe(this.night, item, this.items.now(item)) : time_s === null ? "" : clock(this.night, time_s);
  }

  // ---- drawing

  // Put the frame where it moves; the picture may be smaller than its place on the page.
  fit() {
    const {width_px, height_px} = this.night;
    const screen = find("screen");
    const scale = Math.min(screen.clientWidth / width_px, screen.clientHeight / height_px) || 0;
    const [left, top] = [(screen.clientWidth - scale * width_px) / 2, (screen.clientHeight - scale * height_px) / 2];
    const item = this.items.current;
    const box = item && item.box;
    find("box").hidden = !(box && this.isFramed && scale && !this.player.front.problem);
    if (box) {
      place(find("box"), left + scale * box[0], top + scale * box[1], scale * (box[2] - box[0]), scale * (box[3] - box[1]));
      find("box").style.borderColor = this.ink(item);
    }
    find("pick").hidden = !this.pick;
    if (this.pick) place(find("pick"), left + scale * width_px * this.pick[0] - 8, top + scale * height_px * this.pick[1] - 8, 16, 16);
  }

  tick() {
    const item = this.items.current;
    if (item && this.player.front.ready) {
      this.player.keepInside();
      const now_s = this.player.time;
      if (now_s !== this.drawn_s || this.isStale) {
        this.drawn_s = now_s;
        this.signal.draw(now_s);
        find("now").textContent = `${clock(this.night, now_s, 2)}`;
        if (Math.abs(now_s - this.timeline.now_s) > (this.timeline.to_s - this.timeline.from_s) / 1500) {
          this.timeline.now_s = now_s;
          this.timeline.draw();
        }
      }
      this.isStale = !this.signal.data;
      const word = this.player.isRunning ? "Pause" : "Play";
      if (find("play").textContent !== word) find("play").textContent = word;
    }
    requestAnimationFrame(() => this.tick());
  }

  redraw() {
    this.timeline.draw();
    this.signal.draw(this.player.time);
    this.fit();
  }

  // ---- setting up

  start() {
    const {night} = this;
    document.title = `Review of ${night.title}`;
    find("title").textContent = night.title;
    find("subtitle").textContent = [night.day, `${clock(night, night.start_s)} to ${clock(night, night.stop_s)}`, `observed ${duration(night.observed_s)}`, `reviewer ${night.reviewer}`, night.blind ? "blind" : ""].filter(Boolean).join(" · ");
    if (night.width_px) {
      find("screen").style.aspectRatio = `${night.width_px} / ${night.height_px}`;
      find("screen").style.maxWidth = `${(52 * night.width_px) / night.height_px}vh`;
    }
    this.isFramed = true;
    find("view-epochs").hidden = !night.epochs.length;
    find("frame").hidden = night.blind;
    find("key-lane").textContent = night.blind ? "to look at" : "decided";
    find("key-motion").textContent = `motion: ${night.motion_words}`;
    this.choices();
    this.digits();
    this.bind();
    this.results();
    this.list.draw();
    this.tell();
    this.timeline.draw();
    this.signal.draw(0);
    read("signal").then((envelope) => {
      this.timeline.envelope = envelope;
      this.timeline.draw();
    }).catch(() => {});
    const last = this.items.shown.find((item) => item.type === "event" && item.index === this.state.last);
    if (last) this.items.go(last);
    if (!this.items.shown.length && night.samples.length) {
      this.open("samples");
      this.saved("no events found");
    }
    const begin = this.items.isDecided(this.items.current) ? this.items.undecided() || this.items.current : this.items.current;
    if (begin) this.go(begin);
    requestAnimationFrame(() => this.tick());
  }

  choices() {
    const {night} = this;
    fill(find("filter-kind"), [["", "all"], ...night.kinds.map(({kind, name}) => [kind, name])]);
    const sites = [...new Set(night.events.map((event) => event.site || ""))].sort();
    fill(find("filter-site"), [["", "all"], ...sites.map((site) => [site || "-", site || "no name"])]);
    find("filter-site").parentElement.hidden = sites.length < 2;
    const states = [...new Set(night.events.map((event) => event.state || ""))].filter(Boolean).sort();
    fill(find("filter-state"), [["", "all"], ...states.map((state) => [state, state])]);
    find("filter-state").parentElement.hidden = !states.length;
    for (const id of ["filter-kind", "filter-strength", "order"]) find(id).parentElement.hidden = night.blind;
  }

  digits() {
    const is_epoch = this.items.view === "epochs";
    const choices = is_epoch ? this.night.states.map((state) => [state, state, ""]) : this.night.kinds.map(({kind, name, color}) => [kind, lane(name), color]);
    find("kinds").replaceChildren(...choices.map(([kind, name, ink], n) => {
      const button = element("button", {type: "button", "data-kind": kind, "aria-pressed": "false"});
      const dot = element("span", {class: `dot ${kind}`});
      if (ink) dot.style.background = ink;
      else dot.hidden = true;
      button.append(dot, `${name} `, element("kbd", {}, KINDS_AT[n]));
      button.addEventListener("click", () => this.digit(n));
      return button;
    }));
    find("confirm").hidden = this.night.blind && this.items.view !== "samples";
    find("confirm").firstChild.textContent = this.items.view === "samples" ? "Looked through " : "Confirm ";
    find("reject").hidden = this.items.view !== "events";
  }

  bind() {
    const keys = this.keys();
    const by_key = new Map(keys.flatMap(([names, , run]) => names.map((name) => [name, run])));
    document.addEventListener("keydown", (event) => {
      const is_typing = event.target.closest("input, select, textarea");
      if (event.key === "Escape" && is_typing && !event.target.closest("dialog")) {
        event.target.blur();
        return;
      }
      if (is_typing || event.target.closest("dialog[open]") || event.ctrlKey || event.metaKey || event.altKey) return;
      if ((event.key === "Enter" || event.key === " ") && event.target.closest("button")) return;
      const digit = KINDS_AT.indexOf(event.key);
      const run = digit >= 0 && !event.shiftKey ? () => this.digit(digit) : by_key.get(`${event.shiftKey && event.key.startsWith("Arrow") ? "Shift+" : ""}${event.key}`);
      if (!run) return;
      event.preventDefault();
      run();
    });
    for (const [, , run, id] of keys) if (id) find(id).addEventListener("click", run);
    this.help(keys);
    find("note").addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      this.note(find("note").value.trim());
      find("note").blur();
    });
    find("filters").addEventListener("input", () => this.filter());
    find("filters").addEventListener("submit", (event) => event.preventDefault());
    find("view-events").addEventListener("click", () => this.items.view !== "events" && this.open("events"));
    find("screen").addEventListener("click", (event) => this.pointAt(event));
    new ResizeObserver(() => this.redraw()).observe(find("screen"));
    window.addEventListener("resize", () => this.redraw());
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.redraw());
  }

  pointAt(event) {
    const {width_px, height_px} = this.night;
    const screen = find("screen").getBoundingClientRect();
    const scale = Math.min(screen.width / width_px, screen.height / height_px);
    const x = (event.clientX - screen.left - (screen.width - scale * width_px) / 2) / (scale * width_px);
    const y = (event.clientY - screen.top - (screen.height - scale * height_px) / 2) / (scale * height_px);
    this.pick = x >= 0 && x <= 1 && y >= 0 && y <= 1 ? [x, y] : null;
    this.fit();
  }

  filter() {
    const value = (id) => find(id).value;
    this.items.filters = {kind: value("filter-kind"), site: value("filter-site"), state: value("filter-state"), decided: value("filter-decided"), strength: Number(value("filter-strength")) || 0};
    this.items.order = value("order");
    const current = this.items.current;
    this.items.shown = [];
    this.items.arrange();
    if (current) this.items.go(current);
    this.list.follow();
    this.tell();
    if (this.items.current && this.items.current !== current) this.go(this.items.current);
    else this.player.prepare([this.items.undecided(), this.items.after(1), ...this.items.ahead(2)]);
  }

  // Keys, what they do in words, and the buttons that do the same.
  keys() {
    const page = this;
    return [
      [["c", "Enter"], "confirm, and go on", () => page.confirm(), "confirm"],
      [["x", "Delete"], "reject, and go on", () => page.reject(), "reject"],
      [["z"], "undo the last decision", () => page.undo(), "undo"],
      [["n", "ArrowRight", "ArrowDown"], "next", () => page.next(1), "next"],
      [["p", "ArrowLeft", "ArrowUp"], "previous", () => page.next(-1), "previous"],
      [["u"], "next that is not decided", () => page.unreviewed(), "unreviewed"],
      [[" "], "play or pause", () => page.player.toggle(), "play"],
      [["."], "one picture on", () => page.player.step(1), "forth"],
      [[","], "one picture back", () => page.player.step(-1), "back"],
      [["s"], "slow motion: 1, ½, ¼, 1/10", () => page.slower(), "speed"],
      [["l"], "loop on or off", () => page.loop(), "loop"],
      [["b"], "frame where it moves on or off", () => page.frame(), "frame"],
      [["i"], "it starts at the moment shown", () => page.edge("start_s", page.player.time), "onset"],
      [["o"], "it stops at the moment shown", () => page.edge("stop_s", page.player.time), "offset"],
      [["["], "start one picture earlier", () => page.nudge("start_s", -1)],
      [["{"], "start one picture later", () => page.nudge("start_s", 1)],
      [["]"], "stop one picture later", () => page.nudge("stop_s", 1)],
      [["}"], "stop one picture earlier", () => page.nudge("stop_s", -1)],
      [["a"], "add a missed event at the moment shown", () => page.add(), "add"],
      [["Shift+ArrowLeft"], "point to the left for the event to add", () => page.point(-0.03, 0)],
      [["Shift+ArrowRight"], "point to the right", () => page.point(0.03, 0)],
      [["Shift+ArrowUp"], "point up", () => page.point(0, -0.03)],
      [["Shift+ArrowDown"], "point down", () => page.point(0, 0.03)],
      [["t"], "write a note; Enter keeps it", () => find("note").focus()],
      [["f"], "filters; Esc comes back", () => find("filters").querySelector("label:not([hidden]) select").focus()],
      [["q"], "samples of quiet time, and back", () => page.open("samples"), "view-samples"],
      [["e"], "states of epochs, and back", () => page.night.epochs.length && page.open("epochs"), "view-epochs"],
      [["+"], "timeline nearer", () => page.timeline.zoom(0.5, page.player.time)],
      [["-"], "timeline farther", () => page.timeline.zoom(2, page.player.time)],
      [["0"], "the whole night", () => { page.timeline.whole(); page.timeline.draw(); }],
      [["g"], "draw and name regions", () => page.openRegions(), "open-regions"],
      [["?"], "this list", () => find("help").showModal(), "open-help"],
    ];
  }

  slower() {
    this.player.slower();
    find("speed").firstChild.textContent = `${{1: "1×", 0.5: "½×", 0.25: "¼×", 0.1: "1/10×"}[this.player.speed]} `;
  }

  loop() {
    this.player.isLooping = !this.player.isLooping;
    find("loop").setAttribute("aria-pressed", String(this.player.isLooping));
  }

  frame() {
    this.isFramed = !this.isFramed;
    find("frame").setAttribute("aria-pressed", String(this.isFramed));
    this.fit();
  }

  openRegions() {
    this.regions.open().catch((error) => this.trouble(error.message));
  }

  help(keys) {
    const names = {" ": "space", ArrowRight: "→", ArrowDown: "↓", ArrowLeft: "←", ArrowUp: "↑", "Shift+ArrowLeft": "Shift ←", "Shift+ArrowRight": "Shift →", "Shift+ArrowUp": "Shift ↑", "Shift+ArrowDown": "Shift ↓"};
    const rows = [[["1", "9"], "say which kind it is, and go on"], ...keys];
    find("keys").replaceChildren(...rows.flatMap(([all, words]) => {
      const cell = element("span", {class: "combo"});
      all.forEach((key, n) => cell.append(n ? (all[0] === "1" ? " to " : " ") : "", element("kbd", {}, names[key] || key)));
      return [cell, element("span", {}, words)];
    }));
  }
}

function place(box, left, top, width, height) {
  Object.assign(box.style, {left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px`});
}

function fill(select, choices) {
  select.replaceChildren(...choices.map(([value, text]) => element("option", {value}, text)));
}

function table(rows, heads) {
  const made = element("table");
  const head = element("tr");
  head.append(...heads.map((text) => element("th", {scope: "col"}, text)));
  const lines = rows.map((cells) => {
    const row = element("tr");
    row.append(...cells.map((text) => element("td", {}, text)));
    return row;
  });
  made.append(head, ...lines);
  return made;
}

try {
  const [night, state] = await Promise.all([read("night"), read("state")]);
  const page = new Page(night, state);
  window.review = page; // for the tests, and for whoever likes to look inside
  page.start();
} catch (error) {
  const box = find("trouble");
  box.textContent = error.message;
  box.hidden = false;
}
