// Times, lengths and shares in words, as the rest of the software has them.

export function clock(night, time_s, decimals = 0) {
  const piece = night.clock.findLast((each) => each[0] <= time_s) || night.clock[0];
  const seconds = piece ? (piece[1] + time_s - piece[0] + 86400) % 86400 : time_s;
  return hms(seconds, decimals, Boolean(piece));
}

function hms(seconds, decimals, is_padded) {
  const units = 10 ** decimals;
  const ticks = Math.floor(seconds * units + 1e-6);
  const whole = Math.floor(ticks / units);
  const two = (value) => String(value).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const text = `${is_padded ? two(hours) : hours}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
  return decimals ? `${text}.${String(ticks % units).padStart(decimals, "0")}` : text;
}

export function duration(seconds) {
  if (seconds < 9.95) return `${Number(seconds.toPrecision(2))} s`;
  if (seconds < 59.5) return `${Math.round(seconds)} s`;
  const minutes = Math.floor(Math.round(seconds) / 60);
  if (seconds < 3599.5) return `${minutes} min ${String(Math.round(seconds) % 60).padStart(2, "0")} s`;
  return `${Math.floor(Math.round(seconds / 60) / 60)} h ${String(Math.round(seconds / 60) % 60).padStart(2, "0")} min`;
}

export const percent = (share) => `${share >= 0.0995 || share <= 0 ? Math.round(100 * share) : Number((100 * share).toPrecision(2))} %`;

export const interval = (low, high) => `${Math.round(100 * low)} to ${Math.round(100 * high)} %`;

export const counted = (count, one, many = `${one}s`) => `${count} ${count === 1 ? one : many}`;
