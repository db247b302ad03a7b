// What the two drawn lanes share: sharp canvases and the page's colors.

export function prepare(canvas) {
  const ratio = window.devicePixelRatio || 1;
  const {clientWidth: width, clientHeight: height} = canvas;
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  const pen = canvas.getContext("2d");
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, height);
  pen.font = "11px system-ui, sans-serif";
  pen.textBaseline = "alphabetic";
  return {pen, width, height};
}

export function color(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

export function hatch(pen, left, top, width, height) {
  pen.save();
  pen.beginPath();
  pen.rect(left, top, Math.max(width, 1), height);
  pen.clip();
  pen.strokeStyle = color("hatch");
  pen.lineWidth = 1;
  pen.beginPath();
  for (let x = Math.floor((left - height) / 7) * 7; x < left + width; x += 7) {
    pen.moveTo(x, top + height);
    pen.lineTo(x + height, top);
  }
  pen.stroke();
  pen.restore();
}

// Round moments for an axis, about `wanted` of them: [time, text].
export function ticks(start_s, stop_s, wanted, words) {
  const steps = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600];
  const step = steps.find((each) => (stop_s - start_s) / each <= wanted) || 43200;
  const {origin_s, text} = words(step);
  const first = Math.ceil((start_s - origin_s) / step - 1e-9);
  const found = [];
  for (let n = first; origin_s + n * step <= stop_s + 1e-9; n += 1) found.push([origin_s + n * step, text(origin_s + n * step)]);
  return found;
}
