"use strict";
// The interactive timeline: labels of its axis in wall clock, buttons to move, colors for light and dark, one event chosen.
const nightTimeline = (() => {
  const STEPS_S = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400];
  const host = document.getElementById("timeline-live");
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const listeners = [];
  let facts, time, model;

  const two = (number) => String(number).padStart(2, "0");
  // The clock on the wall, as a date whose UTC fields are read; null where the start is not known.
  const wallClock = (second) => {
    if (!facts.clock.length) return null;
    const piece = facts.clock.filter(([from]) => from <= second + 0.001).pop() ?? facts.clock[0];
    return new Date(Math.round((second + piece[1]) * 1000));
  };
  const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
  const label = (second, step, previous) => {
    const at = wallClock(second);
    const decimals = step < 1 ? 1 : 0;
    if (at === null) {
      const whole = Math.floor(second + 1e-6);
      const rest = decimals ? "." + Math.floor((second - whole + 1e-6) * 10) : "";
      return [`${Math.floor(whole / 3600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}${rest}`, null];
    }
    let text = `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}`;
    if (step < 60) text += `:${two(at.getUTCSeconds())}`;
    if (decimals) text += `.${Math.floor(at.getUTCMilliseconds() / 100)}`;
    const day = `${at.getUTCDate()} ${months[at.getUTCMonth()]}`;
    return [day === previous ? text : `${text}\n${day}`, day];
  };
  const setTicks = () => {
    const [from, to] = [time.start, time.end];
    const room = Math.max(2, Math.floor((host.clientWidth - 116) / 78));
    const step = STEPS_S.find((each) => (to - from) / each <= room) ?? 86400;
    const ticks = [], labels = new Map();
    let previous = "";
    for (let n = Math.ceil((from - facts.origin_s) / step - 1e-9); ; n += 1) {
      const second = facts.origin_s + n * step;
      if (second > to + 1e-9) break;
      const [text, day] = label(second, step, previous);
      previous = day;
      ticks.push(second);
      labels.set(second, text);
    }
    for (const plot of model.children) {
      const axis = plot.below[0];
      axis.major_label_overrides = labels;
      axis.ticker.ticks = ticks;
    }
  };
  const setColors = () => {
    const ink = getComputedStyle(host).color;
    for (const plot of model.children) {
      for (const axis of [...plot.below, ...plot.left]) {
        axis.major_label_text_color = ink;
        axis.axis_label_text_color = ink;
      }
    }
  };
  const show = (from, to) => {
    const length = Math.min(Math.max(to - from, 1), facts.stop_s - facts.start_s);
    const start = Math.min(Math.max(from, facts.start_s), facts.stop_s - length);
    time.setv({ start, end: start + length });
  };
  const moves = {
    in: () => { const quarter = (time.end - time.start) / 4; show(time.start + quarter, time.end - quarter); },
    out: () => { const half = (time.end - time.start) / 2; show(time.start - half, time.end + half); },
    left: () => { const third = (time.end - time.start) / 3; show(time.start - third, time.end - third); },
    right: () => { const third = (time.end - time.start) / 3; show(time.start + third, time.end + third); },
    all: () => show(facts.start_s, facts.stop_s),
  };
  const choose = (start_s, stop_s) => {
    if (!model) return;
    model.document.get_model_by_name("chosen").data = { left: [start_s], right: [stop_s] };
    const length = time.end - time.start;
    if (start_s < time.start || start_s > time.end) show(start_s - length / 2, start_s + length / 2);
  };
  const lasting = (seconds) => (seconds < 10 ? `${Number(seconds.toPrecision(2))} s` : seconds < 60 ? `${Math.round(seconds)} s`
    : `${Math.floor(seconds / 60)} min ${two(Math.round(seconds % 60))} s`);
  const putIntoWords = (source) => {
    const { left, right, kind, name: names, rate, area } = source.data;
    const text = Array.from(names, (name, n) => [
      `${facts.kinds[kind[n]]} e${String(name).padStart(4, "0")}: ${label(left[n], 1, "")[0].replace("\n", ", ")}`,
      lasting(right[n] - left[n]),
      ...(Number.isFinite(rate[n]) ? [`${rate[n].toFixed(1)} Hz`] : []),
      ...(Number.isFinite(area[n]) ? [`${Number((100 * area[n]).toPrecision(2))} % of the picture`] : []),
    ].join(", "));
    source.data = { ...source.data, text };
  };
  const onChosen = (source) => source.selected.properties.indices.change.connect(() => {
    const [index] = source.selected.indices;
    if (index === undefined) return;
    const number = source.data.number[index];
    source.selected.indices = [];
    listeners.forEach((listener) => listener(number));
  });

  const ready = (async () => {
    if (!host || !window.Bokeh) return;
    facts = read("timeline-facts");
    // Shown before it is drawn: what is hidden has no width.
    document.documentElement.classList.add("has-timeline");
    Bokeh.set_log_level?.("error");
    await Bokeh.embed.embed_item(read("timeline-item"), "timeline-live");
    const page = Bokeh.documents[Bokeh.documents.length - 1];
    model = page.roots()[0];
    time = page.get_model_by_name("time");
    for (const source of ["events", "brief"].map((name) => page.get_model_by_name(name))) {
      putIntoWords(source);
      onChosen(source);
    }
    time.properties.start.change.connect(setTicks);
    time.properties.end.change.connect(setTicks);
    setColors();
    setTicks();
    addEventListener("resize", setTicks);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", setColors);
    for (const button of document.querySelectorAll("button[data-move]")) {
      button.addEventListener("click", () => moves[button.dataset.move]());
    }
    document.documentElement.classList.add("is-drawn");
  })().catch((error) => {
    document.documentElement.classList.remove("has-timeline");
    throw error;
  });
  return { ready, choose, onEvent: (listener) => listeners.push(listener) };
})();
