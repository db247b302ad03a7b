// The whole night at one glance: a lane for each kind, what was decided, and the motion; zoomed with the wheel, + and -.

import {color, hatch, prepare, ticks} from "./drawing.js";
import {clock, duration} from "./words.js";

const LANE = 13;
const LEFT = 100;

export class Timeline {
  constructor(canvas, night, items, choose, hover) {
    Object.assign(this, {canvas, night, items, choose, hover, envelope: null, now_s: night.start_s});
    this.whole();
    const kinds = night.blind ? [] : night.kinds;
    this.lanes = [...kinds.map(({kind, name, color: ink}) => ({kind, name: lane(name), ink})),
      {kind: "", name: night.blind ? "to look at" : "decided", ink: ""}];
    canvas.style.height = `${this.lanes.length * LANE + 52}px`;
    canvas.addEventListener("pointerdown", (event) => this.press(event));
    canvas.addEventListener("pointermove", (event) => this.move(event));
    canvas.addEventListener("pointerup", (event) => this.release(event));
    canvas.addEventListener("pointerleave", () => this.hover(null));
    canvas.addEventListener("wheel", (event) => {
      event.preventDefault();
      this.zoom(event.deltaY < 0 ? 0.7 : 1 / 0.7, this.time(event.offsetX));
    }, {passive: false});
  }

  whole() {
    this.from_s = this.night.start_s;
    this.to_s = Math.max(this.night.stop_s, this.night.start_s + 1);
    this.isWhole = true;
  }

  zoom(factor, around_s) {
    const length_s = this.night.stop_s - this.night.start_s;
    const span_s = Math.min(Math.max((this.to_s - this.from_s) * factor, Math.min(5, length_s)), length_s);
    if (span_s >= length_s - 1e-6) this.whole();
    else {
      const share = (around_s - this.from_s) / (this.to_s - this.from_s);
      this.look(around_s - share * span_s, span_s);
      this.isWhole = false;
    }
    this.draw();
  }

  look(from_s, span_s) {
    this.from_s = Math.min(Math.max(from_s, this.night.start_s), this.night.stop_s - span_s);
    this.to_s = this.from_s + span_s;
  }

  // Keep the current item in sight.
  follow(time_s) {
    if (!this.isWhole && (time_s < this.from_s || time_s > this.to_s)) this.look(time_s - (this.to_s - this.from_s) / 2, this.to_s - this.from_s);
  }

  x(time_s) {
    return LEFT + ((time_s - this.from_s) / (this.to_s - this.from_s)) * (this.canvas.clientWidth - LEFT - 8);
  }

  time(x) {
    return this.from_s + ((x - LEFT) / (this.canvas.clientWidth - LEFT - 8)) * (this.to_s - this.from_s);
  }

  draw() {
    const {pen, width, height} = prepare(this.canvas);
    const floor = this.lanes.length * LANE + 6;
    const motion = floor + 26;
    this.gaps(pen, motion);
    this.motion(pen, floor, motion);
    this.marks(pen);
    this.axis(pen, width, height, motion);
    this.cursor(pen, motion);
  }

  gaps(pen, bottom) {
    for (const [start_s, stop_s] of this.night.gaps) {
      const [left, right] = [Math.max(this.x(start_s), LEFT), Math.min(this.x(stop_s), this.canvas.clientWidth - 8)];
      if (right > left) hatch(pen, left, 4, right - left, bottom - 4);
    }
  }

  motion(pen, top, bottom) {
    pen.fillStyle = color("quiet");
    pen.fillText("motion", 14, bottom - 4);
    if (!this.envelope) return;
    const {time_s, most, usual} = this.envelope;
    // As in the report: the square root, so that small movement shows; below a hundredth the scale stays.
    const high = Math.max(Math.sqrt(Math.max(0, ...most)), 0.1);
    pen.fillStyle = color("motion");
    const end = this.canvas.clientWidth - 8;
    for (const [shares, alpha] of [[most, 0.5], [usual, 1]]) {
      pen.globalAlpha = alpha;
      for (let n = 0; n < time_s.length; n += 1) {
        const from = Math.max(this.x(time_s[n]), LEFT);
        const to = Math.min(this.x(time_s[n + 1] ?? this.night.stop_s), end);
        if (!shares[n] || to < LEFT || from > end) continue;
        const tall = (Math.sqrt(shares[n]) / high) * (bottom - top - 4);
        pen.fillRect(from, bottom - tall, Math.max(to - from, 1), tall);
      }
    }
    pen.globalAlpha = 1;
  }

  marks(pen) {
    this.lanes.forEach((each, row) => {
      pen.fillStyle = each.ink || color("open");
      pen.fillRect(4, 4 + row * LANE + 2, 6, 8);
      pen.fillStyle = color("ink");
      pen.fillText(each.name, 14, 4 + row * LANE + 10);
      pen.fillStyle = color("line");
      pen.fillRect(LEFT, 4 + row * LANE + LANE - 2, this.canvas.clientWidth - LEFT - 8, 1);
    });
    const last = this.lanes.length - 1;
    const everything = [...this.items.events, ...this.items.added, ...(this.items.view === "samples" ? this.items.quiet : [])];
    for (const item of everything) {
      const {kind, start_s, stop_s} = this.items.now(item);
      const verdict = this.items.verdict(item);
      const row = this.lanes.findIndex((each) => each.kind === kind && kind);
      if (row >= 0 && row < last) this.mark(pen, start_s, stop_s, row, this.lanes[row].ink, verdict && verdict.is_event === false ? 0.25 : 1);
      this.mark(pen, start_s, stop_s, last, color(verdictInk(verdict)), 1);
    }
  }

  mark(pen, start_s, stop_s, row, ink, alpha) {
    const left = this.x(start_s);
    const right = this.x(stop_s);
    if (right < LEFT || left > this.canvas.clientWidth) return;
    pen.globalAlpha = alpha;
    pen.fillStyle = ink;
    const from = Math.max(left, LEFT);
    pen.fillRect(from, 4 + row * LANE, Math.max(right - from, 1.5), LANE - 3);
    pen.globalAlpha = 1;
  }

  axis(pen, width, height, bottom) {
    const {night} = this;
    const words = (step) => {
      const piece = night.clock[0];
      const origin_s = piece ? piece[0] - piece[1] : 0;
      return {origin_s, text: (time_s) => (step >= 60 ? clock(night, time_s).slice(0, -3) : clock(night, time_s, step < 1 ? 1 : 0))};
    };
    pen.fillStyle = color("quiet");
    pen.textAlign = "center";
    let free = 0;
    for (const [time_s, text] of ticks(this.from_s, this.to_s, Math.max(Math.floor(width / 90), 2), words)) {
      const x = this.x(time_s);
      const half = pen.measureText(text).width / 2;
      pen.fillRect(x, bottom, 1, 4);
      if (x - half > free && x + half < width) {
        pen.fillText(text, x, bottom + 16);
        free = x + half + 8;
      }
    }
    pen.textAlign = "left";
  }

  cursor(pen, bottom) {
    const item = this.items.current;
    if (item) {
      const x = this.x(item.start_s);
      pen.fillStyle = color("ink");
      pen.beginPath();
      pen.moveTo(x - 5, 0);
      pen.lineTo(x + 5, 0);
      pen.lineTo(x, 6);
      pen.fill();
    }
    const now = this.x(this.now_s);
    if (now >= LEFT) {
      pen.fillStyle = color("ink");
      pen.fillRect(now - 0.5, 0, 1, bottom);
    }
  }

  nearest(x) {
    let best = null;
    for (const item of this.items.shown) {
      const [left, right] = [this.x(item.start_s), this.x(item.stop_s)];
      const apart = x < left ? left - x : x > right ? x - right : 0;
      if (apart < 14 && (!best || apart < best.apart)) best = {apart, item};
    }
    return best && best.item;
  }

  press(event) {
    this.dragged = {x: event.offsetX, from_s: this.from_s, has_moved: false};
    this.canvas.setPointerCapture(event.pointerId);
  }

  move(event) {
    const drag = this.dragged;
    if (drag && Math.abs(event.offsetX - drag.x) > 4) drag.has_moved = true;
    if (drag && drag.has_moved && !this.isWhole) {
      const span_s = this.to_s - this.from_s;
      this.look(drag.from_s - ((event.offsetX - drag.x) / (this.canvas.clientWidth - LEFT - 8)) * span_s, span_s);
      this.draw();
      return;
    }
    const item = event.offsetX >= LEFT ? this.nearest(event.offsetX) : null;
    this.canvas.classList.toggle("over", Boolean(item));
    this.hover(item, event.offsetX >= LEFT ? this.time(event.offsetX) : null);
  }

  release(event) {
    const drag = this.dragged;
    this.dragged = null;
    const item = drag && !drag.has_moved && this.nearest(event.offsetX);
    if (item) this.choose(item);
  }
}

export function verdictInk(verdict) {
  if (!verdict || verdict.is_event === null) return "open";
  return verdict.is_event ? "good" : "bad";
}

export function describe(night, item, now) {
  const kind = night.kinds.find((each) => each.kind === now.kind);
  const name = item.type === "sample" ? "quiet time" : item.type === "epoch" ? item.state : kind ? kind.name : "movement";
  return `${item.id}: ${name}, ${clock(night, now.start_s)}, ${duration(now.stop_s - now.start_s)}`;
}

export const lane = (name) => ({"rhythmic movement": "rhythmic", "local movement": "local", "whole-body movement": "whole body", "restless stretch": "restless", "uncertain event": "uncertain"}[name] || name);
