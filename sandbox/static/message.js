// One message on a phone: bubble, card, menu, e-mail, SMS, file or a grey line of the system.

import * as api from "./api.js";
import {APPS} from "./people.js";
import {renderCard} from "./card.js";
import {beijing, el, icon, moment, toast} from "./dom.js";

const URLS = /https?:\/\/[^\s<>"'，。；！？、）】」]+/g;

export function renderMessage(message, ctx) {
  const kind = message.card ? "card" : message.menu ? "menu" : message.kind;
  const body = (BODIES[kind] ?? bubble)(message, ctx);
  if (message.from === "system" && !message.card && !message.group) return notice(message, ctx);
  const side = message.from === "me" ? "me" : "bot";
  const node = el(`li.msg.${side}.in-${message.app}`, {data: {seq: message.seq}});
  node.append(byline(message, ctx), body);
  const extra = links(message, ctx);
  if (extra) node.append(extra);
  return node;
}

function notice(message, ctx) {
  const node = el("li.msg.system", {data: {seq: message.seq}}, el("span", {}, linked(message.text ?? "", message, ctx)));
  const extra = links(message, ctx);
  if (extra) node.append(extra);
  return node;
}

// In a group the platform shows a colleague's words as 「王芳：…」.
const COLLEAGUE = /^([^：\n]{1,12})：([\s\S]*)$/;

function senderOf(message) {
  if (message.from === "me") return "";
  if (message.from === "system") return message.card ? "转发给我的卡片" : COLLEAGUE.exec(message.text)?.[1] ?? "";
  return message.app === "sms" || message.app === "email" ? "" : "守约助手";
}

function byline(message, ctx) {
  const at = moment(message.at);
  const via = ctx.person.apps.length > 1 ? el(`span.via.app-${message.app}`, {}, APPS[message.app] ?? message.app) : null;
  const group = message.group ? el("span.via.room", {}, message.group) : null;
  const sender = senderOf(message);
  return el("div.byline", {}, sender ? el("b", {}, sender) : null, via, group, at ? el("time", {dateTime: message.at}, beijing(at).time) : null);
}

const BODIES = {
  card: renderCard,
  menu(message, ctx) {
    const items = message.menu.items.map((item) => {
      const row = el("button", {type: "button", data: {item: item.id, focus: `${message.menu.id}/${item.id}`}}, item.text);
      row.onclick = () => pick(row, message.menu.id, item.id, ctx);
      return el("li", {}, row);
    });
    return el("div.bubble.menu", {}, message.text ? el("p", {}, linked(message.text, message, ctx)) : null, el("ul", {data: {menu: message.menu.id}}, items));
  },
  email(message, ctx) {
    const {subject, rest} = mailParts(message);
    return el("article.mail", {}, el("header", {}, icon("mail"), el("h3", {}, subject)),
      el("div.mail-body", {}, linked(rest, message, ctx)), message.ics ? ics(message.ics) : null);
  },
  file(message) {
    return el("div.bubble.file", {}, icon("file"), el("span", {}, message.text || message.name || "文件"));
  },
};

function bubble(message, ctx) {
  const words = message.text ?? "";
  const own = message.from === "system" ? COLLEAGUE.exec(words)?.[2] ?? words : words;
  const node = el("div.bubble", {}, linked(own, message, ctx));
  if (message.ics) node.append(ics(message.ics));
  return node;
}

function mailParts(message) {
  if (message.subject) return {subject: message.subject, rest: message.text ?? ""};
  const [first = "", ...others] = (message.text ?? "").split("\n");
  const subject = first.replace(/^(主题|Subject)[：:]\s*/i, "");
  return {subject: subject || "（无主题）", rest: others.join("\n").trim()};
}

async function pick(row, menu, item, ctx) {
  row.disabled = true;
  try {
    await api.choose(ctx.person.id, menu, item);
  } catch (error) {
    toast(error.message, error.hint);
  }
  row.disabled = false;
  await ctx.refresh();
}

// Links ----------------------------------------------------------------------------------------------------------------

// DingTalk's own link form wraps the page it opens.
function opened(url) {
  if (!url.startsWith("dingtalk://")) return url;
  const query = new URL(url).searchParams;
  return ["url", "pageUrl", "pcLink", "redirect_url"].map((name) => query.get(name)).find(Boolean) ?? url;
}

function safe(url) {
  try {
    return ["http:", "https:"].includes(new URL(url).protocol);
  } catch {
    return false;
  }
}

function anchor(url, label, message, ctx) {
  if (!safe(url)) return document.createTextNode(label);
  const node = el("a", {href: url, target: "_blank", rel: "noopener noreferrer", data: {focus: `${message.seq}/${url}`}}, label);
  const index = (message.links ?? []).map(opened).indexOf(url);
  node.onclick = () => { open(message, Math.max(0, index), ctx); };
  return node;
}

// The new tab is this browser; the call is the person's own phone opening the link.
async function open(message, index, ctx) {
  try {
    const page = await api.openLink(ctx.person.id, message.seq, index);
    toast(`${ctx.person.name}打开了「${page.title || "链接"}」`, page.status >= 400 ? `页面回答 ${page.status}` : "", page.status >= 400 ? "bad" : "good");
  } catch (error) {
    toast(error.message, error.hint);
  }
}

function linked(text, message, ctx) {
  const nodes = [];
  let from = 0;
  for (const match of text.matchAll(URLS)) {
    nodes.push(text.slice(from, match.index), anchor(match[0], match[0], message, ctx));
    from = match.index + match[0].length;
  }
  nodes.push(text.slice(from));
  return nodes;
}

function links(message, ctx) {
  const shown = `${message.text ?? ""}`;
  const rest = (message.links ?? []).map(opened).filter((url) => message.card || !shown.includes(url));
  if (!rest.length) return null;
  return el("div.links", {}, rest.map((url) => {
    const node = anchor(url, host(url), message, ctx);
    if (node.prepend) node.prepend(icon("link"));
    return node;
  }));
}

function host(url) {
  if (!safe(url)) return url;
  const {pathname} = new URL(url);
  if (pathname.startsWith("/i/")) return "打开我的面试";
  return `打开 ${new URL(url).host}${pathname.length > 18 ? `${pathname.slice(0, 17)}…` : pathname}`;
}

// Calendar invitations ---------------------------------------------------------------------------------------------------

const METHODS = {CANCEL: "日程取消", REQUEST: "日程邀请", PUBLISH: "日程"};

function ics(text) {
  const plain = text.replace(/\r?\n[ \t]/g, "");
  const value = (name) => new RegExp(`^${name}(?:;[^:\\n]*)?:(.*)$`, "m").exec(plain)?.[1].trim() ?? "";
  const title = value("SUMMARY").replace(/\\([,;\\])/g, "$1") || "面试";
  const what = METHODS[value("METHOD").toUpperCase()] ?? "日程";
  const cancelled = /CANCEL/i.test(value("METHOD") + value("STATUS"));
  const event = /BEGIN:VEVENT[\s\S]*/.exec(plain)?.[0] ?? plain;
  const start = /^DTSTART([^:\n]*):(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)\d\d(Z?))?/m.exec(event);
  return el(`details.ics${cancelled ? ".off" : ""}`, {}, el("summary", {}, icon("calendar"),
    el("span", {}, el("b", {}, title), el("small", {}, `${what}${start ? ` · ${startText(start)}` : ""} · invite.ics`))), el("pre", {}, text.trim()));
}

function startText([, , year, month, day, hour, minute, zulu]) {
  if (!hour) return `${+month}月${+day}日`;
  if (!zulu) return `${+month}月${+day}日 ${hour}:${minute}`;
  const at = beijing(new Date(Date.UTC(+year, +month - 1, +day, +hour, +minute)));
  return `${at.date} ${at.weekday} ${at.time}`;
}
