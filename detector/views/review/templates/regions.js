// Regions drawn on a picture of the night, with the mouse or with the arrow keys.

import {read, saveRegions} from "./api.js";
import {element} from "./list.js";

const INKS = {site: "#56B4E9", only: "#009E73", ignore: "#D55E00", face: "#E69F00", infant: "#CC79A7"};

export class Regions {
  constructor(dialog, night, video) {
    Object.assign(this, {dialog, night, video, kept: [], corners: [], version: "", cross: [0.5, 0.5], picture: null});
    const find = (id) => dialog.querySelector(`#${id}`);
    [this.board, this.list, this.trouble, this.name, this.use] = ["board", "region-list", "region-trouble", "region-name", "region-use"].map(find);
    this.board.addEventListener("click", (event) => this.corner(event.offsetX / this.board.clientWidth, event.offsetY / this.board.clientHeight));
    this.board.addEventListener("keydown", (event) => this.key(event));
    find("region-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.keep();
    });
    find("regions-save").addEventListener("click", () => this.save());
    find("regions-close").addEventListener("click", () => dialog.close());
  }

  async open() {
    const {region, version} = await read("regions");
    Object.assign(this, {kept: region, version, corners: []});
    this.picture = await load("reference.png").catch(() => null);
    const {width_px, height_px} = this.night;
    this.board.width = width_px || 640;
    this.board.height = height_px || 360;
    this.board.style.width = `min(100%, ${(50 * this.board.width) / this.board.height}vh)`;
    this.say("");
    this.dialog.showModal();
    this.board.focus();
    this.draw();
  }

  corner(x, y) {
    this.cross = [x, y];
    const inside = (value) => Math.min(Math.max(value, 0), 1);
    this.corners.push([Math.round(inside(x) * this.board.width), Math.round(inside(y) * this.board.height)]);
    this.draw();
  }

  key(event) {
    const far = event.shiftKey ? 0.1 : 0.02;
    const steps = {ArrowLeft: [-far, 0], ArrowRight: [far, 0], ArrowUp: [0, -far], ArrowDown: [0, far]};
    if (steps[event.key]) this.cross = this.cross.map((value, axis) => Math.min(Math.max(value + steps[event.key][axis], 0), 1));
    else if (event.key === "Enter" || event.key === " ") this.corner(...this.cross);
    else if (event.key === "Backspace") this.corners.pop();
    else return;
    event.preventDefault();
    this.draw();
  }

  keep() {
    if (this.corners.length < 3) {
      this.say("A region needs at least three corners: click them into the picture.");
      return;
    }
    this.kept.push({name: this.name.value.trim(), use: this.use.value, polygon_px: this.corners});
    this.corners = [];
    this.name.value = "";
    this.say("Not saved yet: press Save all.");
    this.draw();
  }

  async save() {
    try {
      const {region, version} = await saveRegions({region: this.kept, version: this.version});
      Object.assign(this, {kept: region, version});
      this.say("Saved as regions.toml in the night folder. They count once the night is decided again: twitch-detector decide.");
    } catch (error) {
      this.say(error.message);
    }
    this.draw();
  }

  say(text) {
    this.trouble.textContent = text;
  }

  draw() {
    const {board} = this;
    const pen = board.getContext("2d");
    pen.fillStyle = "#333";
    pen.fillRect(0, 0, board.width, board.height);
    if (this.picture) pen.drawImage(this.picture, 0, 0, board.width, board.height);
    else if (this.video().videoWidth) pen.drawImage(this.video(), 0, 0, board.width, board.height);
    const thick = Math.max(board.width / 320, 1.5);
    for (const {name, use, polygon_px} of this.kept) this.outline(pen, polygon_px, INKS[use], thick, name);
    if (this.corners.length) this.outline(pen, this.corners, "#ffffff", thick, "");
    const [x, y] = [this.cross[0] * board.width, this.cross[1] * board.height];
    pen.strokeStyle = "#ffffff";
    pen.lineWidth = thick;
    pen.beginPath();
    for (const [dx, dy] of [[1, 0], [0, 1]]) {
      pen.moveTo(x - 8 * thick * dx, y - 8 * thick * dy);
      pen.lineTo(x + 8 * thick * dx, y + 8 * thick * dy);
    }
    pen.stroke();
    this.rows();
  }

  outline(pen, corners, ink, thick, name) {
    pen.strokeStyle = ink;
    pen.fillStyle = ink;
    pen.lineWidth = 1.5 * thick;
    pen.beginPath();
    corners.forEach(([x, y], n) => (n ? pen.lineTo(x, y) : pen.moveTo(x, y)));
    pen.closePath();
    pen.stroke();
    pen.globalAlpha = 0.18;
    pen.fill();
    pen.globalAlpha = 1;
    for (const [x, y] of corners) pen.fillRect(x - 2 * thick, y - 2 * thick, 4 * thick, 4 * thick);
    if (!name) return;
    pen.font = `${Math.round(7 * thick)}px system-ui, sans-serif`;
    pen.fillText(name, Math.min(...corners.map(([x]) => x)) + 3 * thick, Math.min(...corners.map(([, y]) => y)) + 8 * thick);
  }

  rows() {
    this.list.replaceChildren(...this.kept.map((region, n) => {
      const row = element("li");
      const dot = element("span", {class: "dot"});
      dot.style.background = INKS[region.use];
      const remove = element("button", {type: "button", "aria-label": `remove ${region.name}`}, "Remove");
      remove.addEventListener("click", () => {
        this.kept.splice(n, 1);
        this.say("Not saved yet: press Save all.");
        this.draw();
      });
      row.append(dot, element("span", {}, `${region.name} (${region.use}, ${region.polygon_px.length} corners) `), remove);
      return row;
    }));
  }
}

function load(url) {
  return new Promise((resolve, reject) => {
    const picture = new Image();
    picture.onload = () => resolve(picture);
    picture.onerror = reject;
    picture.src = url;
  });
}
