// The phones page: puts phones on the wall and keeps them fresh.

import * as api from "./api.js";
import * as clock from "./clock.js";
import * as faults from "./faults.js";
import * as roster from "./roster.js";
import * as wire from "./wire.js";
import {$, announce, el, remember, remembered, toast} from "./dom.js";
import {APPS, GROUPS, SCENES, fullName, person} from "./people.js";
import {Phone} from "./phone.js";

const SHOWN_EVERY_MS = 1200;
const AWAY_EVERY_TICKS = 4; // phones put away are asked this much more rarely
const HEALTH_EVERY_MS = 3000;
const WALL_FROM = 7; // from this many phones on they hang in rows instead of one line

const phones = new Map();
let shown = [];
let active = null;
let ticks = 0;
let looked;

// The wall ---------------------------------------------------------------------------------------------------------------

function hang(ids, visit = null) {
  shown = ids.filter((id) => phones.has(id));
  remember("shown", shown);
  const wall = $("wall");
  for (const node of [...wall.children]) if (!shown.includes(node.dataset.phone)) { wall.removeChild(node); phones.get(node.dataset.phone)?.look(false); }
  shown.forEach((id, index) => {
    const {node} = phones.get(id);
    if (wall.children[index] !== node) { wall.insertBefore(node, wall.children[index] ?? null); phones.get(id).toEnd(false); }
    looked.observe(node);
  });
  wall.classList.toggle("rows", shown.length >= WALL_FROM);
  wall.dataset.count = Math.min(shown.length, WALL_FROM);
  $("nobody").hidden = shown.length > 0;
  if (!shown.includes(active)) active = shown[0] ?? null;
  show();
  tick(true);
  if (visit) bringIntoView(visit);
}

function bringIntoView(id) {
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  active = id;
  const {node} = phones.get(id);
  node.scrollIntoView({behavior: still ? "auto" : "smooth", block: "nearest", inline: "center"});
  node.classList.remove("found");
  requestAnimationFrame(() => node.classList.add("found"));
  show();
}

const hide = (id) => hang(shown.filter((other) => other !== id));
const visit = (id) => (shown.includes(id) ? bringIntoView(id) : hang([...shown, id], id));
const toggle = (id) => (shown.includes(id) ? hide(id) : visit(id));

function scene(ids) {
  $("wall").scrollTo({left: 0, top: 0});
  active = ids[0];
  hang(ids);
}

function watchTheWall() {
  looked = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      phones.get(entry.target.dataset.phone).look(entry.isIntersecting && entry.intersectionRatio >= 0.5);
      if (entry.intersectionRatio >= 0.9 && innerWidth <= 760) active = entry.target.dataset.phone;
    }
    show();
  }, {root: $("wall"), threshold: [0, 0.5, 0.95]});
}

function show() {
  roster.show(shown, phones, active);
  const unread = [...phones.values()].reduce((sum, phone) => sum + phone.unread, 0);
  document.title = unread ? `(${unread}) 守约 · 手机墙` : "守约 · 手机墙";
}

let pending = false;
function showSoon() {
  if (pending) return;
  pending = true;
  queueMicrotask(() => { pending = false; show(); });
}

// Keeping fresh -------------------------------------------------------------------------------------------------------------

let reading = false;
async function tick(everybody = false) {
  if (reading && !everybody) return;
  reading = true;
  ticks += 1;
  const wanted = [...phones.values()].filter((phone) => everybody || (phone.node.isConnected ? phone.inView || ticks % 2 : ticks % AWAY_EVERY_TICKS === 0));
  await Promise.allSettled(wanted.map((phone) => phone.refresh()));
  reading = false;
}

function lightOf(health) {
  if (health.ready) return ["on", "机器人在线"];
  const broken = Object.entries(health.links ?? {}).filter(([, connected]) => !connected).map(([app]) => APPS[app] ?? app);
  return ["away", broken.length === 1 ? `${broken[0]}没连上` : "机器人不在线"];
}

async function feel() {
  const [state, words] = await api.health().then(lightOf, () => ["down", "沙盒没有回应"]);
  const light = $("light");
  if (light.dataset.state === state && light.textContent === words) return;
  light.dataset.state = state;
  light.querySelector("span").textContent = words;
}

function said(someone, message) {
  announce(`${fullName(someone)}收到：${message.card?.title ?? message.text ?? "新消息"}`);
}

// Forwarding a card -------------------------------------------------------------------------------------------------------------

function forward(someone, card) {
  const select = el("select", {"aria-label": "转发给谁"}, [...phones.values()].filter((phone) => phone.person.id !== someone.id)
    .map((phone) => el("option", {value: phone.person.id}, `${fullName(phone.person)} · ${phone.person.role}`)));
  const cancel = el("button", {type: "button"}, "算了");
  const form = el("form", {}, el("h2", {}, "转发卡片"), el("p.note", {}, `${someone.name}把「${card.title}」转给：`), select,
    el("div.pair", {}, cancel, el("button.primary", {type: "submit"}, "转发")));
  const dialog = el("dialog", {"aria-label": "转发卡片"}, form);
  cancel.onclick = () => dialog.close();
  dialog.onclose = () => dialog.remove();
  form.onsubmit = async (event) => {
    event.preventDefault();
    dialog.close();
    await api.forward(card.id, someone.id, select.value).then(() => visit(select.value), (error) => toast(error.message, error.hint));
    tick(true);
  };
  document.body.append(dialog);
  dialog.showModal();
}

// Start ------------------------------------------------------------------------------------------------------------------------

function inOrder(people) {
  const place = (someone) => GROUPS.findIndex(([unit]) => unit === someone.unit);
  return people.sort((one, other) => place(one) - place(other));
}

async function castWhenReady() {
  for (;;) {
    try {
      return inOrder((await api.phones()).map(person));
    } catch (error) {
      feel();
      await new Promise((again) => { setTimeout(again, 1500); });
    }
  }
}

function firstScene() {
  const named = SCENES.find(([key]) => `#${key}` === location.hash);
  if (named) return named[2] ?? [...phones.keys()];
  const kept = remembered("shown", []).filter((id) => phones.has(id));
  const [, , usual] = SCENES[0];
  return kept.length ? kept : usual.some((id) => phones.has(id)) ? usual : [...phones.keys()].slice(0, 3);
}

// A mouse has one wheel: over a row that only scrolls sideways it turns sideways.
function turnWheel(event) {
  const row = event.target.closest(".chips, .wall");
  if (!row || event.deltaX || event.target.closest(".chat, textarea") || row.scrollHeight > row.clientHeight + 1) return;
  row.scrollLeft += event.deltaY;
}

async function start() {
  $("wall").after(el("p.nobody", {id: "nobody", hidden: true}, "没有摆出手机。从左边选一个人，或点一个场景。"));
  watchTheWall();
  $("wall").addEventListener("wheel", turnWheel, {passive: true});
  faults.start();
  wire.start();
  feel();
  setInterval(feel, HEALTH_EVERY_MS);
  const people = await castWhenReady();
  for (const someone of people) phones.set(someone.id, new Phone(someone, {hide, forward, said, unread: showSoon}));
  roster.start(people, {scene, visit, toggle});
  hang(firstScene());
  clock.start((parts) => { for (const phone of phones.values()) phone.time.textContent = parts.time; }, () => tick(true)).catch(() => {});
  setInterval(() => tick(), SHOWN_EVERY_MS);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) tick(true); });
}

start();
