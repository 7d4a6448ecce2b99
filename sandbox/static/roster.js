// The list of people at the side (scenes, search, unread badges) and the tabs above one phone on a small screen.

import {$, el, icon} from "./dom.js";
import {APPS, GROUPS, SCENES, fullName, matches} from "./people.js";

const rows = new Map();
let hooks;
let everyone = [];

export function start(people, given) {
  everyone = people;
  hooks = given;
  $("people-toggle").append(icon("people"));
  $("people-toggle").onclick = () => sheet(!document.body.classList.contains("choosing"));
  $("search").oninput = filter;
  $("search").onkeydown = (event) => { if (event.key === "Enter") first(); };
  $("people").onkeydown = (event) => { if (event.key === "Escape") sheet(false); };
  $("scenes").append(...SCENES.map(([key, label, ids]) => el("button", {type: "button", data: {scene: key}, onclick: () => { hooks.scene(ids ?? people.map((one) => one.id)); sheet(false); }}, label)));
  for (const [unit, label, preset] of GROUPS) {
    const members = people.filter((someone) => someone.unit === unit);
    if (!members.length) continue;
    $("roster").append(el("section", {data: {unit}}, el("h2", {}, label, preset ? el("small", {}, preset) : null), el("ul", {}, members.map(row))));
  }
  $("roster").append(el("p.empty", {hidden: true}, "没有这个人。试试姓名、角色或尾号。"));
}

function row(someone) {
  const badge = el("b.badge", {hidden: true});
  const apps = el("span.dots", {title: someone.apps.map((app) => APPS[app] ?? app).join("、")}, someone.apps.map((app) => el(`i.dot.app-${app}`, {}, (APPS[app] ?? app)[0])));
  const go = el("button.go", {type: "button"}, el(`span.avatar.${someone.avatar}`, {"aria-hidden": "true"}, someone.name.slice(-2)),
    el("span.names", {}, el("b", {}, someone.name, someone.tail ? el("small", {}, someone.tail) : null), el("small", {}, someone.role)), apps, badge);
  go.onclick = () => { hooks.visit(someone.id); sheet(false); };
  const eye = el("button.eye", {type: "button", "aria-pressed": "false", "aria-label": `摆出${fullName(someone)}的手机`, title: "摆出或收起"}, icon("check"));
  eye.onclick = () => hooks.toggle(someone.id);
  const node = el("li.person", {data: {person: someone.id}}, go, eye);
  rows.set(someone.id, {node, badge, eye, someone});
  return node;
}

function filter() {
  const words = $("search").value.trim();
  for (const {node, someone} of rows.values()) node.hidden = Boolean(words) && !matches(someone, words);
  for (const section of $("roster").querySelectorAll("section")) section.hidden = !section.querySelector("li:not([hidden])");
  $("roster").lastElementChild.hidden = [...rows.values()].some(({node}) => !node.hidden);
}

function first() {
  const found = everyone.filter((someone) => !rows.get(someone.id).node.hidden);
  if (!found.length) return;
  hooks.visit(found[0].id);
  $("search").value = "";
  filter();
  sheet(false);
}

export function sheet(open) {
  document.body.classList.toggle("choosing", open);
  $("people-toggle").setAttribute("aria-expanded", String(open));
}

const same = (some, others) => some.length === others.length && some.every((id) => others.includes(id));

// Show who is on the wall, who is looked at, and how much each has not read.
export function show(shown, phones, active) {
  for (const [id, {node, badge, eye}] of rows) {
    const on = shown.includes(id);
    node.classList.toggle("on", on);
    eye.setAttribute("aria-pressed", String(on));
    count(badge, phones.get(id).unread);
  }
  for (const button of $("scenes").children) {
    const ids = SCENES.find(([key]) => key === button.dataset.scene)[2] ?? everyone.map((one) => one.id);
    button.setAttribute("aria-pressed", String(same(ids, shown)));
  }
  tabs(shown, phones, active);
}

function count(badge, unread) {
  badge.hidden = unread === 0;
  badge.textContent = unread > 99 ? "99+" : unread;
  badge.setAttribute("aria-label", `${unread} 条未读`);
}

function tabs(shown, phones, active) {
  const wanted = shown.join();
  if ($("tabs").dataset.shown !== wanted) {
    $("tabs").dataset.shown = wanted;
    $("tabs").replaceChildren(...shown.map((id) => tab(phones.get(id).person)));
  }
  for (const button of $("tabs").children) {
    const on = button.dataset.tab === active;
    if (on && button.getAttribute("aria-pressed") !== "true") button.scrollIntoView({block: "nearest", inline: "center"});
    button.setAttribute("aria-pressed", String(on));
    count(button.querySelector(".badge"), phones.get(button.dataset.tab).unread);
  }
}

function tab(someone) {
  const button = el("button", {type: "button", data: {tab: someone.id}}, el(`span.avatar.${someone.avatar}`, {"aria-hidden": "true"}, someone.name.slice(-2)),
    el("span", {}, someone.name, someone.tail ? el("small", {}, someone.tail) : null), el("b.badge", {hidden: true}));
  button.onclick = () => hooks.visit(someone.id);
  return button;
}
