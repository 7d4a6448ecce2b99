// Side drawers: one open at a time, closed by its cross or Escape, focus given back to its button.

import {$, el, icon} from "./dom.js";

const drawers = new Map();

export function drawer(id, title, fill, {opened = () => {}, closed = () => {}} = {}) {
  const button = $(`${id}-toggle`);
  const close = el("button.icon-button", {type: "button", "aria-label": `关闭${title}`}, icon("close"));
  const body = el("div.drawer-body");
  $(id).append(el("header", {}, el("h2", {}, title), close), body);
  fill(body);
  const entry = {id, button, opened, closed, close};
  drawers.set(id, entry);
  button.onclick = () => (isOpen(id) ? shut(entry) : show(entry));
  close.onclick = () => { shut(entry); button.focus(); };
  $(id).onkeydown = (event) => { if (event.key === "Escape") { shut(entry); button.focus(); } };
}

export const isOpen = (id) => !$(id).hidden;

function show(entry) {
  for (const other of drawers.values()) if (other !== entry && isOpen(other.id)) shut(other);
  $(entry.id).hidden = false;
  entry.button.setAttribute("aria-expanded", "true");
  document.body.classList.add("with-drawer");
  entry.close.focus();
  entry.opened();
}

function shut(entry) {
  $(entry.id).hidden = true;
  entry.button.setAttribute("aria-expanded", "false");
  document.body.classList.remove("with-drawer");
  entry.closed();
}
