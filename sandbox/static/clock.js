// The sandbox's clock: read now and then, run on between readings, and moved forward for everybody at once.

import * as api from "./api.js";
import {$, beijing, moment, toast} from "./dom.js";

const READ_EVERY_MS = 5000;
const TICK_MS = 250;

let base = null; // {business, local}: a business moment and the local (monotonic) time it was read at
let onTick = () => {};
let onMoved = () => {};
let moving = false;

export function now() {
  return base ? new Date(base.business + performance.now() - base.local) : null;
}

export async function read() {
  const asked = performance.now();
  const at = moment(await api.clock());
  const local = (asked + performance.now()) / 2;
  if (at && !moving) base = {business: at.getTime(), local};
  show();
}

function show() {
  const at = now();
  if (!at) return;
  const parts = beijing(at);
  if ($("now-time").textContent === parts.seconds) return;
  $("now-time").textContent = parts.seconds;
  $("now-time").dateTime = at.toISOString();
  $("now-date").textContent = `${parts.year}年${parts.date} ${parts.weekday}`;
  onTick(parts);
}

const UNITS = [[86400, "天"], [3600, "小时"], [60, "分钟"], [1, "秒"]];

function spoken(seconds) {
  const [size, word] = UNITS.find(([size]) => seconds % size === 0);
  return `${seconds / size} ${word}`;
}

async function move(seconds) {
  if (moving) return;
  moving = true;
  document.body.classList.add("moving");
  lock(true);
  try {
    await api.advance(seconds);
    toast(`时钟走了 ${spoken(seconds)}`, "到点的事已经办了。", "good");
  } catch (error) {
    toast(error.message, error.hint);
  }
  moving = false;
  lock(false);
  document.body.classList.remove("moving");
  await read().catch(() => {});
  onMoved();
}

function lock(on) {
  document.querySelectorAll(".advance button, #custom button").forEach((button) => { button.disabled = on; });
}

function custom(open) {
  $("custom").hidden = !open;
  $("custom-toggle").setAttribute("aria-expanded", String(open));
  if (!open) return;
  $("custom-until").value = "";
  $("custom-amount").focus();
  $("custom-amount").select();
}

function wanted() {
  const until = $("custom-until").value;
  if (!until) return Math.round(Number($("custom-amount").value) * Number($("custom-unit").value));
  return Math.ceil((Date.parse(`${until.slice(0, 16)}:00+08:00`) - now().getTime()) / 1000);
}

function submit(event) {
  event.preventDefault();
  const seconds = wanted();
  if (!(seconds > 0)) {
    toast("时钟没有动", "只能向前：请填一个大于零的时长，或者比现在晚的时刻。");
    return;
  }
  custom(false);
  $("custom-toggle").focus();
  move(seconds);
}

export function start(tick, moved) {
  onTick = tick;
  onMoved = moved;
  document.querySelectorAll("[data-advance]").forEach((button) => { button.onclick = () => move(Number(button.dataset.advance)); });
  $("custom-toggle").onclick = () => custom($("custom").hidden);
  $("custom").onsubmit = submit;
  $("custom").onkeydown = (event) => { if (event.key === "Escape") { custom(false); $("custom-toggle").focus(); } };
  document.addEventListener("pointerdown", (event) => { if (!$("custom").hidden && !event.target.closest(".clock")) custom(false); });
  setInterval(show, TICK_MS);
  setInterval(() => read().catch(() => {}), READ_EVERY_MS);
  return read();
}
