// The drawer 线路: every call the bot made and every push it was sent, newest first.

import * as api from "./api.js";
import {$, beijing, el, moment, toast} from "./dom.js";
import {drawer, isOpen} from "./drawers.js";

const READ_EVERY_MS = 1500;
const KEPT_ROWS = 200;
const PLATFORMS = {dingtalk: "钉钉", wecom: "企业微信", sms: "短信", smtp: "邮件", interviews: "面试平台", stream: "长连接"};
const KINDS = {
  robot_message: "收到的话", card_action: "卡片按钮", event: "事件", url_verification: "地址验证", message: "消息",
  template_card_event: "卡片按钮", kf_nudge: "客服提醒", receipt: "回执",
};

const feeds = {
  calls: {after: 0, total: 0, read: api.traffic, row: callRow},
  callbacks: {after: 0, total: 0, read: api.callbacks, row: callbackRow},
};
let counted = 0;
let shown = "calls";

function when(value) {
  const at = moment(value);
  return at ? beijing(at).seconds : "";
}

function mark(status) {
  const good = status === null || status === undefined ? "none" : status < 300 ? "good" : status < 500 ? "warn" : "bad";
  return el(`span.code.${good}`, {}, status ?? "无回答");
}

function detail(title, value) {
  if (value === null || value === undefined || value === "") return null;
  const text = typeof value === "string" ? value : JSON.stringify(value, null, 2);
  return el("div", {}, el("h4", {}, title), el("pre", {tabIndex: 0}, text));
}

function row(summary, details) {
  const node = el("details.wire-row", {}, el("summary", {}, summary));
  node.ontoggle = () => { if (node.open && node.childElementCount === 1) node.append(el("div.wire-detail", {}, details())); };
  return node;
}

// The address without its signature and nonce; a push through the long connection has none.
function addressOf(push) {
  const url = push.raw?.url;
  if (!url) return push.payload?.topic ?? push.payload?.headers?.topic ?? push.kind;
  return URL.canParse(url, location.href) ? new URL(url, location.href).pathname : url;
}

const badge = (platform) => el(`span.platform.on-${platform}`, {}, PLATFORMS[platform] ?? platform);
const took = (ms) => (ms === undefined || ms === null ? null : el("span.ms", {}, `${Math.round(ms)} ms`));

function callRow(call) {
  counted += call.counted ? 1 : 0;
  const first = el("span.wire-top", {}, badge(call.platform), el("b", {}, call.method ?? ""), mark(call.status), took(call.ms),
    call.counted ? el("span.quota", {title: "计入平台的月度配额"}, "计额") : null, el("time", {}, when(call.at)));
  return row([first, el("span.path", {}, call.path ?? "")], () => [detail("参数", call.query), detail("请求", call.request), detail("回答", call.response), detail("请求头", call.headers)]);
}

function statusOf(answer) {
  return typeof answer === "number" ? answer : answer?.status ?? answer?.code ?? (answer ? "已答" : null);
}

function callbackRow(push) {
  const first = el("span.wire-top", {}, badge(push.platform), el("b", {}, KINDS[push.kind] ?? push.kind), mark(push.status ?? statusOf(push.answer)), took(push.ms),
    push.attempt > 1 ? el("span.quota", {}, `第 ${push.attempt} 次`) : null, el("time", {}, when(push.at)));
  return row([first, el("span.path", {}, addressOf(push))], () => [
    el("p.again", {}, again(push, 1, "重投一次"), again(push, 3, "同时重投三次")),
    detail("内容", push.payload), detail("机器人的回答", push.answer), detail("地址", push.raw?.url), detail("原文", push.raw?.body),
  ]);
}

function again(push, times, label) {
  const button = el("button", {type: "button"}, label);
  button.onclick = async () => {
    button.disabled = true;
    try {
      const {answers = []} = await api.redeliver(push.n, times);
      toast(`已重投 ${times} 次`, `机器人回答：${answers.map((answer) => answer.status).join("、") || "无"}`, "good");
    } catch (error) {
      toast(error.message, error.hint);
    }
    button.disabled = false;
    poll();
  };
  return button;
}

async function pull(name) {
  const feed = feeds[name];
  const rows = await feed.read(feed.after);
  if (!rows.length) return;
  feed.after = rows[rows.length - 1].n;
  feed.total += rows.length;
  feed.list.querySelector(".empty")?.remove();
  feed.list.prepend(...rows.slice(-KEPT_ROWS).map((item) => feed.row(item)).reverse());
  while (feed.list.childElementCount > KEPT_ROWS) feed.list.lastElementChild.remove();
}

async function poll() {
  if (!isOpen("wire")) return;
  await Promise.all([pull("calls"), pull("callbacks")]).catch(() => {});
  for (const [name, feed] of Object.entries(feeds)) feed.tab.querySelector("span").textContent = feed.total;
  $("quota").textContent = `计入配额 ${counted} 次`;
}

function select(name) {
  shown = name;
  for (const [key, feed] of Object.entries(feeds)) {
    feed.list.hidden = key !== shown;
    feed.tab.setAttribute("aria-pressed", String(key === shown));
  }
}

function fill(body) {
  const labels = {calls: "机器人的调用", callbacks: "推给机器人"};
  const tabs = el("div.segments", {role: "group", "aria-label": "方向"});
  body.append(el("div.wire-head", {}, tabs, el("span.note", {id: "quota"}, "")));
  for (const [name, feed] of Object.entries(feeds)) {
    feed.tab = el("button", {type: "button", data: {feed: name}}, `${labels[name]} `, el("span", {}, "0"));
    feed.tab.onclick = () => select(name);
    feed.list = el("div.wire-list", {data: {list: name}}, el("p.empty", {}, "还没有。"));
    tabs.append(feed.tab);
    body.append(feed.list);
  }
  select(shown);
}

export function start() {
  drawer("wire", "线路", fill, {opened: poll});
  setInterval(poll, READ_EVERY_MS);
}
