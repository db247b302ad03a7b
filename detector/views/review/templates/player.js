// The moving picture of an item: in the original where the browser plays it, else in a film that the program makes.
// More players wait behind the one on screen, with what is likely to be asked for next.

import {read} from "./api.js";

const PATIENCE_MS = 30_000;
const SPEEDS = [1, 0.5, 0.25, 0.1];

export class Player {
  constructor(screen, night, say) {
    this.slots = [...screen.querySelectorAll("video")].map((video) => ({video, key: "", used: 0, ready: null}));
    this.night = night;
    this.say = say;
    this.front = this.slots[0];
    this.speed = 1;
    this.isLooping = true;
    this.isWanted = true; // whether it should be running
    this.unplayable = new Set();
    this.count = 0;
    // How long each picture was waited for, and whether it had been asked for before: read by the bench.
    this.waits = [];
    for (const {video} of this.slots) video.addEventListener("ended", () => this.keepInside());
  }

  window(item) {
    const margin_s = item.type === "sample" || item.type === "epoch" ? 0 : this.night.margin_s;
    const start_s = Math.max(item.start_s - margin_s, this.night.start_s);
    const stop_s = Math.min(item.stop_s + margin_s, Math.max(this.night.stop_s, item.stop_s));
    return [start_s, Math.max(stop_s, start_s + 0.2)];
  }

  // Ask for the picture of an item without showing it.
  prepare(items) {
    const wanted = items.filter(Boolean);
    const keys = new Set([...wanted.map((item) => item.key), this.front.key]);
    for (const item of wanted) {
      if (this.slots.some((slot) => slot.key === item.key)) continue;
      const free = this.slots.filter((slot) => slot !== this.front && !keys.has(slot.key));
      if (!free.length) return;
      this.load(free.sort((a, b) => a.used - b.used)[0], item);
    }
  }

  load(slot, item) {
    slot.key = item.key;
    slot.used = (this.count += 1);
    [slot.start_s, slot.stop_s] = this.window(item);
    slot.problem = "";
    slot.ready = this.fill(slot, item).catch((error) => {
      if (slot.key === item.key) slot.problem = error.message;
    });
  }

  async fill(slot, item) {
    const {video, start_s, stop_s} = slot;
    const query = `media?start=${start_s}&stop=${stop_s}`;
    let where = await read(query);
    if (where.mime && (this.unplayable.has(where.url) || !video.canPlayType(where.mime))) where = await read(`${query}&as=film`);
    if (slot.key !== item.key) return;
    try {
      await this.open(slot, where, item.key);
    } catch (error) {
      if (!where.mime || slot.key !== item.key) throw error;
      this.unplayable.add(where.url);
      await this.open(slot, await read(`${query}&as=film`), item.key);
    }
  }

  // Load and seek; gives up in silence when the player is taken for something else meanwhile.
  async open(slot, where, key) {
    const {video} = slot;
    if (slot.key !== key) return;
    slot.offset_s = where.offset_s;
    if (where.stop_s) slot.stop_s = Math.min(slot.stop_s, where.stop_s);
    video.pause();
    if (video.dataset.url !== where.url || video.error) {
      video.dataset.url = where.url;
      video.src = where.url;
      await once(video, "loadedmetadata");
      if (slot.key !== key) return;
      if (!video.videoWidth) throw new Error("This browser shows no picture of this file.");
    }
    const target_s = Math.max(slot.start_s - slot.offset_s, 0);
    if (Math.abs(video.currentTime - target_s) > 1e-3) video.currentTime = target_s;
    await settled(video, () => slot.key !== key);
  }

  // Show an item; resolves when its first picture is there.
  async show(item) {
    const begun = performance.now();
    let slot = this.slots.find((each) => each.key === item.key);
    const was_asked = Boolean(slot);
    if (!slot) {
      slot = this.slots.filter((each) => each !== this.front).sort((a, b) => a.used - b.used)[0];
      this.load(slot, item);
    }
    const before = this.front;
    this.front = slot;
    slot.used = (this.count += 1);
    if (before !== slot) before.video.pause();
    await slot.ready;
    if (this.front !== slot) return;
    for (const each of this.slots) each.video.classList.toggle("front", each === slot);
    this.say(slot.problem);
    this.waits.push({key: item.key, ms: performance.now() - begun, asked: was_asked, problem: slot.problem});
    if (slot.problem) return;
    if (was_asked && this.time < slot.start_s - 0.01) this.seek(slot.start_s);
    slot.video.playbackRate = this.speed;
    if (this.isWanted) slot.video.play().catch(() => {});
  }

  get time() {
    const {video, offset_s, start_s} = this.front;
    return offset_s === undefined ? start_s ?? 0 : video.currentTime + offset_s;
  }

  get isRunning() {
    return !this.front.video.paused;
  }

  seek(time_s) {
    this.front.video.currentTime = Math.max(time_s - (this.front.offset_s ?? 0), 0);
  }

  toggle() {
    const {video} = this.front;
    this.isWanted = video.paused;
    if (video.paused) {
      if (this.time >= this.front.stop_s - 0.02) this.seek(this.front.start_s);
      video.play().catch(() => {});
    } else video.pause();
  }

  step(pictures) {
    this.isWanted = false;
    this.front.video.pause();
    this.seek(Math.min(Math.max(this.time + pictures * this.night.frame_s, this.front.start_s), this.front.stop_s));
  }

  slower() {
    this.speed = SPEEDS[(SPEEDS.indexOf(this.speed) + 1) % SPEEDS.length];
    this.front.video.playbackRate = this.speed;
  }

  // At the end of the item: again, or stop.
  keepInside() {
    const {video, start_s, stop_s} = this.front;
    if (video.seeking || (this.time < stop_s && !video.ended)) return;
    if (this.isLooping && this.isWanted) {
      this.seek(start_s);
      if (video.paused) video.play().catch(() => {});
    } else video.pause();
  }
}

// Until the picture at the place sought is there. Events alone are not enough: some come once only, some not at all when
// the player is sent elsewhere meanwhile.
function settled(video, isGivenUp) {
  const begun = performance.now();
  return new Promise((resolve, reject) => {
    const look = () => {
      if (isGivenUp() || (!video.seeking && video.readyState >= 2)) resolve();
      else if (video.error || performance.now() - begun > PATIENCE_MS) reject(new Error("The picture could not be loaded."));
      else return;
      clearInterval(timer);
      video.removeEventListener("seeked", look);
    };
    const timer = setInterval(look, 40);
    video.addEventListener("seeked", look);
    look();
  });
}

function once(video, name) {
  return new Promise((resolve, reject) => {
    const done = (event) => {
      video.removeEventListener(name, done);
      video.removeEventListener("error", done);
      if (event.type === "error") reject(new Error("The picture could not be loaded."));
      else resolve();
    };
    video.addEventListener(name, done);
    video.addEventListener("error", done);
  });
}
