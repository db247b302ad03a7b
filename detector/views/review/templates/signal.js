// The motion around the event under a moving cursor; a click seeks.

import {color, prepare, ticks} from "./drawing.js";
import {clock} from "./words.js";
import {read} from "./api.js";

const LEFT = 8;
const BOTTOM = 20;

export class Signal {
  constructor(canvas, night, seek) {
    Object.assign(this, {canvas, night, data: null, from_s: 0, to_s: 1, event: null, ink: "#888"});
    canvas.addEventListener("pointerdown", (event) => {
      const share = (event.offsetX - LEFT) / (canvas.clientWidth - 2 * LEFT);
      seek(this.from_s + Math.min(Math.max(share, 0), 1) * (this.to_s - this.from_s));
    });
  }

  async show(from_s, to_s) {
    if (this.from_s === from_s && this.to_s === to_s && this.data) return;
    Object.assign(this, {from_s, to_s, data: null});
    const data = await read(`signal?start=${from_s}&stop=${to_s}`).catch(() => null);
    if (this.from_s === from_s && this.to_s === to_s) this.data = data;
  }

  x(time_s) {
    return LEFT + ((time_s - this.from_s) / (this.to_s - this.from_s)) * (this.canvas.clientWidth - 2 * LEFT);
  }

  draw(now_s) {
    const {pen, width, height} = prepare(this.canvas);
    const bottom = height - BOTTOM;
    this.band(pen, bottom);
    if (this.data) this.line(pen, bottom);
    this.axis(pen, width, bottom);
    pen.fillStyle = color("ink");
    const x = this.x(Math.min(Math.max(now_s, this.from_s), this.to_s));
    pen.fillRect(x - 0.75, 0, 1.5, bottom);
  }

  band(pen, bottom) {
    if (!this.event) return;
    const [left, right] = [this.x(this.event.start_s), this.x(this.event.stop_s)];
    pen.fillStyle = this.ink;
    pen.globalAlpha = 0.2;
    pen.fillRect(left, 0, Math.max(right - left, 2), bottom);
    pen.globalAlpha = 1;
    pen.fillRect(left - 0.5, 0, 1, bottom);
    pen.fillRect(right - 0.5, 0, 1, bottom);
  }

  line(pen, bottom) {
    const {time_s, strength} = this.data;
    const threshold = this.night.threshold;
    const most = Math.sqrt(Math.max(4 * threshold, ...strength) * 1.1);
    const y = (value) => bottom - (Math.sqrt(Math.max(value, 0)) / most) * (bottom - 14);
    pen.strokeStyle = color("quiet");
    pen.setLineDash([4, 4]);
    pen.beginPath();
    pen.moveTo(LEFT, y(threshold));
    pen.lineTo(this.canvas.clientWidth - LEFT, y(threshold));
    pen.stroke();
    pen.setLineDash([]);
    pen.strokeStyle = color("ink");
    pen.lineWidth = 1.3;
    pen.beginPath();
    let before = null;
    time_s.forEach((each, n) => {
      const is_apart = before === null || each - before > Math.max(1, 4 * this.night.frame_s);
      if (is_apart) pen.moveTo(this.x(each), y(strength[n]));
      else pen.lineTo(this.x(each), y(strength[n]));
      before = each;
    });
    pen.stroke();
    pen.fillStyle = color("quiet");
    pen.fillText(time_s.length ? "motion, times the noise (square root); dashed: threshold" : "nothing was observed here", LEFT, 10);
  }

  axis(pen, width, bottom) {
    pen.fillStyle = color("line");
    pen.fillRect(LEFT, bottom, width - 2 * LEFT, 1);
    pen.fillStyle = color("quiet");
    pen.textAlign = "center";
    const piece = this.night.clock[0];
    const words = (step) => ({origin_s: piece ? piece[0] - piece[1] : 0, text: (time_s) => clock(this.night, time_s, step < 1 ? 1 : 0)});
    for (const [time_s, text] of ticks(this.from_s, this.to_s, Math.max(Math.floor(width / 85), 2), words)) {
      const x = this.x(time_s);
      pen.fillRect(x, bottom, 1, 4);
      if (x > 30 && x < width - 30) pen.fillText(text, x, bottom + 15);
    }
    pen.textAlign = "left";
  }
}
