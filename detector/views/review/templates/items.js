// What can be looked at: events of the night, events that were added, samples of quiet time, epochs. One list at a time,
// filtered and in order.

export class Items {
  constructor(night) {
    this.night = night;
    this.view = "events";
    this.filters = {kind: "", site: "", state: "", decided: "", strength: 0};
    this.order = "time";
    this.on = new Map();
    this.added = [];
    this.samples = new Set();
    this.epochs = {};
    this.events = night.events.map((event, index) => ({...event, type: "event", index, key: `event ${index}`}));
    this.quiet = night.samples.map(([start_s, stop_s], index) =>
      ({type: "sample", index, key: `sample ${index}`, id: `q${index + 1}`, start_s, stop_s}));
    this.stages = night.epochs.map((epoch, index) =>
      ({...epoch, type: "epoch", index, key: `epoch ${index}`, id: `s${index + 1}`}));
    this.shown = [];
    this.place = 0;
  }

  // Take in what the program says stands now.
  update(state) {
    if (state.on) this.on = new Map(Object.entries(state.on).map(([index, verdict]) => [Number(index), verdict]));
    for (const [index, verdict] of Object.entries(state.changed || {})) {
      if (verdict) this.on.set(Number(index), verdict);
      else this.on.delete(Number(index));
    }
    this.added = state.added.map((verdict) => ({
      type: "added", key: `added ${JSON.stringify(verdict.mark)}`, id: "added", mark: verdict.mark, verdict,
      kind: verdict.mark.kind, start_s: verdict.mark.start_s, stop_s: verdict.mark.stop_s,
      x_px: verdict.mark.x_px, y_px: verdict.mark.y_px,
    }));
    this.samples = new Set(state.samples.map(([start_s, stop_s]) => `${start_s} ${stop_s}`));
    this.epochs = state.epochs;
    this.arrange();
  }

  // What the reviewer says of an item; undefined where nothing yet.
  verdict(item) {
    if (!item) return undefined;
    if (item.type === "added") return item.verdict;
    if (item.type === "sample") return this.samples.has(`${item.start_s} ${item.stop_s}`) ? {word: "looked through", is_event: true} : undefined;
    if (item.type === "epoch") {
      const state = this.epochs[String(Number(item.start_s.toPrecision(6)))];
      return state ? {word: state, is_event: true} : undefined;
    }
    return this.on.get(item.index);
  }

  isDecided(item) {
    const verdict = this.verdict(item);
    return Boolean(verdict) && verdict.is_event !== null;
  }

  // The item as it stands: what was changed in its new place.
  now(item) {
    const verdict = this.verdict(item);
    const {kind, start_s, stop_s, x_px, y_px} = item;
    if (!verdict || item.type === "sample" || item.type === "epoch") return {kind, start_s, stop_s, x_px, y_px};
    return {kind: verdict.kind || kind, start_s: verdict.start_s, stop_s: verdict.stop_s, x_px: verdict.x_px, y_px: verdict.y_px};
  }

  get current() {
    return this.shown[this.place];
  }

  arrange() {
    const key = this.current && this.current.key;
    const all = {events: [...this.events, ...this.added], samples: this.quiet, epochs: this.stages}[this.view];
    const by_time = (a, b) => a.start_s - b.start_s || a.stop_s - b.stop_s;
    const by_doubt = (a, b) => (b.doubt ?? 0) - (a.doubt ?? 0) || by_time(a, b);
    // What is being looked at stays, even when it no longer passes the filters: a decision must not make it jump away.
    this.shown = all.filter((item) => item.key === key || this.passes(item));
    this.shown.sort(this.order === "doubt" && this.view === "events" ? by_doubt : by_time);
    const place = this.shown.findIndex((item) => item.key === key);
    this.place = place >= 0 ? place : Math.min(this.place, Math.max(this.shown.length - 1, 0));
  }

  passes(item) {
    if (this.view !== "events") return true;
    const {kind, site, state, decided, strength} = this.filters;
    const verdict = this.verdict(item);
    if (kind && this.now(item).kind !== kind) return false;
    if (site && (item.site || "") !== (site === "-" ? "" : site)) return false;
    if (state && item.state !== state) return false;
    if (strength && !(item.snr >= strength) && item.type === "event") return false;
    if (decided === "no") return !this.isDecided(item);
    if (decided === "note") return Boolean(verdict && verdict.note);
    return !decided || Boolean(verdict && verdict.word === decided);
  }

  after(step) {
    const place = this.place + step;
    return this.shown[place];
  }

  // The next item that was not decided about, from here on and then from the beginning.
  undecided() {
    return this.ahead(1)[0];
  }

  // The next few of them.
  ahead(count) {
    const n = this.shown.length;
    const found = [];
    for (let step = 1; step <= n && found.length < count; step += 1) {
      const item = this.shown[(this.place + step) % n];
      if (!this.isDecided(item)) found.push(item);
    }
    return found;
  }

  go(item) {
    const place = this.shown.findIndex((each) => each.key === item.key);
    if (place >= 0) this.place = place;
    return place >= 0;
  }
}
