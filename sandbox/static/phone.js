// One person's phone: frame, chat, and what was half done on it. Only what changed is redrawn.

import * as api from "./api.js";
import {APPS, fullName} from "./people.js";
import {Composer} from "./composer.js";
import {el, icon} from "./dom.js";
import {renderMessage} from "./message.js";

const NEAR_END_PX = 60;

export class Phone {
  constructor(someone, hooks) {
    this.person = someone;
    this.hooks = hooks;
    this.messages = new Map(); // seq → {source, node}
    this.halfChosen = new Map(); // card id → {input name: value}
    this.submitted = new Set(); // cards whose inputs were sent
    this.asked = this.drawn = 0;
    this.wantsEnd = false;
    this.last = 0;
    this.unread = 0;
    this.rested = true;
    this.seen = null;
    this.inView = false;
    this.node = this.build();
  }

  build() {
    const {person} = this;
    this.list = el("ol.chat", {role: "log", "aria-live": "off", "aria-label": `${fullName(person)}的消息`, tabIndex: 0});
    this.list.onscroll = () => this.scrolled();
    new ResizeObserver(() => { if (this.rested) this.toEnd(false); }).observe(this.list);
    this.pill = el("button.newer", {type: "button", hidden: true}, icon("down"), "新消息");
    this.pill.onclick = () => this.toEnd(true);
    this.time = el("span.phone-time", {}, "");
    this.appBar = el("div.apps", {role: "group", "aria-label": "用哪个应用说话"});
    this.node = el("section.phone", {"aria-label": `${fullName(person)}的手机`, data: {phone: person.id}});
    this.appButtons = person.apps.map((app) => this.appButton(app));
    this.appBar.append(...this.appButtons);
    this.composer = new Composer(person, (toEnd) => this.refresh(toEnd), (app) => this.showApp(app));
    const head = el("header.who", {}, el(`span.avatar.${person.avatar}`, {"aria-hidden": "true"}, person.name.slice(-2)),
      el("div", {}, el("h2", {}, person.name, person.tail ? el("small", {title: `尾号 ${person.tail}`}, person.tail) : null), el("p", {title: person.fullRole}, person.fullRole)), this.appBar, this.closeButton());
    const drop = el("div.drop", {"aria-hidden": "true"}, icon("clip"), "松开，发给机器人");
    this.node.append(el("div.status-bar", {"aria-hidden": "true"}, this.time, el("i.island"), el("span.signal", {}, el("i"), el("i"), el("i"), el("b"))), head,
      el("div.screen", {}, this.list, this.pill), this.composer.node, drop);
    this.acceptDrops();
    return this.node;
  }

  closeButton() {
    const button = el("button.icon-button.put-away", {type: "button", "aria-label": `收起${fullName(this.person)}的手机`, title: "收起"}, icon("close"));
    button.onclick = () => this.hooks.hide(this.person.id);
    return button;
  }

  appButton(app) {
    const only = this.person.apps.length === 1;
    const button = el(`button.app.app-${app}`, {type: "button", data: {app}, "aria-pressed": "true", disabled: only}, APPS[app] ?? app);
    button.onclick = () => { this.composer.useApp(app); this.composer.box.focus(); };
    return button;
  }

  showApp(app) {
    this.node.dataset.app = app;
    for (const button of this.appButtons) button.setAttribute("aria-pressed", String(button.dataset.app === app));
  }

  acceptDrops() {
    let depth = 0;
    const over = (on) => this.node.classList.toggle("dropping", on);
    const carriesFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
    this.node.ondragenter = (event) => { if (carriesFiles(event)) { event.preventDefault(); depth += 1; over(true); } };
    this.node.ondragover = (event) => { if (carriesFiles(event)) event.preventDefault(); };
    this.node.ondragleave = () => { depth = Math.max(0, depth - 1); if (!depth) over(false); };
    this.node.ondrop = (event) => { event.preventDefault(); depth = 0; over(false); this.composer.files(event.dataTransfer.files); };
  }

  // Reading the screen ---------------------------------------------------------------------------------------------------

  // A shown phone reads its whole screen, for cards change in place; one put away only asks what is new.
  async refresh(toEnd = false) {
    const turn = (this.asked += 1);
    this.wantsEnd ||= toEnd;
    const whole = this.node.isConnected;
    const messages = await api.screen(this.person.id, whole ? 0 : this.last, !this.inView || document.hidden);
    if (turn < this.drawn) return; // a later answer overtook this one
    this.drawn = turn;
    if (whole) this.draw(messages);
    else this.count(messages);
  }

  count(messages) {
    for (const message of messages) this.last = Math.max(this.last, message.seq);
    this.arrived(messages);
  }

  draw(messages) {
    const stay = !this.wantsEnd && !this.atEnd() && this.list.childElementCount > 0;
    const before = this.last;
    const kept = new Set(messages.map((message) => message.seq));
    for (const [seq, {node}] of this.messages) if (!kept.has(seq)) { node.remove(); this.messages.delete(seq); }
    let grew = false;
    for (const message of messages) grew = this.place(message) || grew;
    this.last = messages.length ? messages[messages.length - 1].seq : 0;
    if (this.last < before) this.seen = null; // the sandbox began anew
    this.arrived(messages);
    if (!grew) return;
    this.wantsEnd = false;
    if (stay) this.pill.hidden = this.last === before;
    else this.toEnd(before > 0);
  }

  place(message) {
    const source = JSON.stringify(message);
    const known = this.messages.get(message.seq);
    if (known?.source === source) return false;
    if (known) this.forgetAnswered(message.card?.id);
    const node = this.render(message);
    if (known) this.swap(known.node, node);
    else this.list.append(node);
    this.messages.set(message.seq, {source, node, message});
    return true;
  }

  render(message) {
    return renderMessage(message, {
      person: this.person, drafts: (card) => this.drafts(card), tapped: (card, on) => this.submitted[on ? "add" : "delete"](card),
      refresh: () => this.refresh().catch(() => {}), redraw: (card) => this.redraw(card), forward: (card) => this.hooks.forward(this.person, card),
    });
  }

  swap(old, node) {
    const focused = old.contains(document.activeElement) ? document.activeElement.dataset.focus : null;
    old.replaceWith(node);
    node.classList.add("changed");
    if (focused) node.querySelector(`[data-focus="${CSS.escape(focused)}"]`)?.focus({preventScroll: true});
  }

  // After a tap the card may look the same as before (refused, or still on its way): bring its buttons back.
  redraw(card) {
    for (const entry of this.messages.values()) {
      if (entry.message.card?.id !== card || !entry.node.querySelector(".busy")) continue;
      const node = this.render(entry.message);
      this.swap(entry.node, node);
      entry.node = node;
    }
  }

  drafts(card) {
    if (!this.halfChosen.has(card)) this.halfChosen.set(card, {});
    return this.halfChosen.get(card);
  }

  // Half-chosen inputs outlive a card's update, unless the update is the answer to having sent them.
  forgetAnswered(card) {
    if (card && this.submitted.delete(card)) this.halfChosen.delete(card);
  }

  // What has been seen ------------------------------------------------------------------------------------------------------

  arrived(messages) {
    if (this.seen === null || (this.inView && !document.hidden)) {
      const fresh = this.seen === null ? [] : messages.filter((message) => message.seq > this.seen && message.from !== "me");
      this.seen = this.last;
      this.setUnread(0);
      if (fresh.length) this.hooks.said(this.person, fresh[fresh.length - 1]);
      return;
    }
    const known = this.node.isConnected ? 0 : this.unread;
    this.setUnread(known + messages.filter((message) => message.seq > this.seen && message.from !== "me").length);
  }

  setUnread(count) {
    if (count === this.unread) return;
    this.unread = count;
    this.hooks.unread();
  }

  look(inView) {
    this.inView = inView;
    if (!inView || this.seen === null) return;
    this.seen = this.last;
    this.setUnread(0);
  }

  // Whoever read the newest message still does when the phone changes its size.
  scrolled() {
    this.rested = this.atEnd();
    if (this.rested) this.pill.hidden = true;
  }

  atEnd() {
    return this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < NEAR_END_PX;
  }

  toEnd(smooth) {
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.list.scrollTo({top: this.list.scrollHeight, behavior: smooth && !still ? "smooth" : "auto"});
    this.pill.hidden = true;
  }
}
