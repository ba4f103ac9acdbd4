// Zooming and moving the map: by its buttons, by the wheel with a key held, and by dragging.

const UNIT = 20;
const EASTING = Math.SQRT1_2 * UNIT;
const WIDEST = 360 * EASTING;
const NARROWEST = 3 * UNIT;
const ASPECT = 4 / 3;
const LETTER = 7.2;
const LINE = 16;
const DOT = 9;

let box = null; // what is seen
let home = null; // what the page would show by itself
let asked = null; // the box of the question
const live = new WeakSet();

export function startMap() {
  const frame = document.getElementById("frame");
  if (!frame) return;
  home = read(frame.dataset.home);
  const bbox = new URLSearchParams(location.search).get("bbox");
  if (!box || bbox !== asked) box = { ...home };
  asked = bbox;
  frame.classList.add("is-live");
  document.querySelector(".frame-tools").hidden = false;
  if (!live.has(frame)) listen(frame);
  draw(frame);
}

function listen(frame) {
  live.add(frame);
  document.querySelector(".frame-tools").addEventListener("click", (click) => {
    const move = click.target.closest("[data-move]")?.dataset.move;
    if (move) step(frame, move);
  });
  frame.addEventListener("wheel", (turn) => {
    if (!turn.ctrlKey && !turn.metaKey) return;
    turn.preventDefault();
    zoom(frame, turn.deltaY > 0 ? 1.2 : 1 / 1.2);
  }, { passive: false });
  frame.addEventListener("pointerdown", (press) => drag(frame, press));
}

function read(text) {
  const [x, y, width, height] = text.split(" ").map(Number);
  return { x, y, width, height };
}

function step(frame, move) {
  if (move === "fit") box = { ...home };
  if (move === "in") return zoom(frame, 1 / 1.6);
  if (move === "out") return zoom(frame, 1.6);
  const by = { west: [-1, 0], east: [1, 0], north: [0, -1], south: [0, 1] }[move];
  if (by) box = { ...box, x: box.x + (by[0] * box.width) / 4, y: box.y + (by[1] * box.height) / 4 };
  draw(frame);
}

function zoom(frame, factor) {
  const width = Math.min(WIDEST, Math.max(NARROWEST, box.width * factor));
  const height = width / ASPECT;
  box = { x: box.x + (box.width - width) / 2, y: box.y + (box.height - height) / 2, width, height };
  draw(frame);
}

function drag(frame, press) {
  if (press.button || press.target.closest("a, button")) return;
  const start = { ...box };
  const scale = box.width / frame.clientWidth;
  const move = (moved) => {
    box = { ...start, x: start.x - (moved.clientX - press.clientX) * scale, y: start.y - (moved.clientY - press.clientY) * scale };
    draw(frame);
  };
  frame.setPointerCapture(press.pointerId);
  frame.addEventListener("pointermove", move);
  const end = () => frame.removeEventListener("pointermove", move);
  frame.addEventListener("pointerup", end, { once: true });
  frame.addEventListener("pointercancel", end, { once: true });
}

function draw(frame) {
  frame.querySelector(".world").setAttribute("viewBox", `${box.x} ${box.y} ${box.width} ${box.height}`);
  const written = [];
  for (const place of frame.querySelectorAll(".place")) {
    const x = ((place.dataset.x - box.x) / box.width) * frame.clientWidth;
    const y = ((place.dataset.y - box.y) / box.height) * frame.clientHeight;
    written.push({ x: x - DOT, y, end: x + DOT });
  }
  for (const place of frame.querySelectorAll(".place")) {
    const left = (place.dataset.x - box.x) / box.width;
    const top = (place.dataset.y - box.y) / box.height;
    place.setAttribute("x", `${100 * left}%`);
    place.setAttribute("y", `${100 * top}%`);
    name(frame, place, left * frame.clientWidth, top * frame.clientHeight, written);
  }
  offer(frame);
}

function name(frame, place, x, y, written) {
  const text = place.querySelector("text");
  const length = DOT + LETTER * text.textContent.length;
  const isFree = (side) => side.x >= 0 && side.end <= frame.clientWidth
    && !written.some((one) => Math.abs(one.y - y) < LINE && one.x < side.end && side.x < one.end);
  const right = { x: x + DOT + 1, y, end: x + length };
  const side = [right, { x: x - length, y, end: x - DOT - 1 }].find(isFree);
  place.classList.toggle("is-quiet", !side);
  if (side) written.push(side);
  text.setAttribute("x", side && side !== right ? -text.dataset.offset : text.dataset.offset);
  text.setAttribute("text-anchor", side && side !== right ? "end" : "start");
}

function offer(frame) {
  const clip = (value, most) => Math.max(-most, Math.min(most, value));
  const west = clip(box.x / EASTING, 180), east = clip((box.x + box.width) / EASTING, 180);
  const north = clip(-box.y / UNIT, 90), south = clip(-(box.y + box.height) / UNIT, 90);
  const link = document.getElementById("in-frame");
  const text = [west, south, east, north].map((one) => one.toFixed(2)).join(",");
  const address = new URL(frame.dataset.bbox, location.href);
  address.searchParams.set("bbox", text);
  link.href = address.href;
  link.hidden = west >= east || south >= north;
}
