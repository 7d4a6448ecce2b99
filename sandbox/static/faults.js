// The drawer 故障: break a platform on purpose, and mend everything again.

import * as api from "./api.js";
import {$, el, toast} from "./dom.js";
import {drawer} from "./drawers.js";

const PLATFORMS = {dingtalk: "钉钉接口", wecom: "企业微信接口", sms: "短信网关", smtp: "邮件服务器", interviews: "面试平台", stream: "钉钉长连接"};

// kind: [what it does, what the value means (null: none), a usual value]
const CALL_KINDS = {
  http: ["回答 HTTP 错误", "状态码", 500], errcode: ["回答平台错误码", "错误码", 45009], timeout: ["不回答", "秒", 10],
  delay: ["慢", "秒", 3], drop: ["办了，但断开不答", null], "drop-before": ["没办就断开", null],
  silent: ["说成功，其实没送", null], garbage: ["回答一页 HTML", null],
};
const STREAM_KINDS = {
  disconnect: ["请机器人断开重连", null], reset: ["连接被重置", null], "half-open": ["半开：在，但不通", null],
  "junk-frame": ["发来乱码", null], "slow-open": ["连接得很慢", "秒", 5], "refuse-open": ["拒绝连接", null],
  duplicate: ["同一条推两遍", null], reorder: ["顺序颠倒", null],
};
const PATHS = {
  dingtalk: ["/", "/v1.0/card", "/v1.0/robot", "/v1.0/oauth2/accessToken"], wecom: ["/", "/cgi-bin/message/send", "/cgi-bin/kf/send_msg", "/cgi-bin/gettoken"],
  sms: ["/"], smtp: [], interviews: ["/"], stream: [],
};
const READY = [
  ["钉钉接口连错三次", {platform: "dingtalk", match: "/", kind: "http", value: 500, times: 3}],
  ["钉钉长连接断开", {platform: "stream", match: "", kind: "disconnect", times: 1}],
  ["微信客服说成功却没送", {platform: "wecom", match: "/cgi-bin/kf/send_msg", kind: "silent", times: 1}],
  ["企业微信限流", {platform: "wecom", match: "/cgi-bin/message/send", kind: "errcode", value: 45009, times: 2}],
  ["短信网关不回答", {platform: "sms", match: "/", kind: "timeout", value: 8, times: 1}],
];

let added = [];
const form = {};

const kinds = () => (form.platform.value === "stream" ? STREAM_KINDS : CALL_KINDS);

function options(select, entries, value) {
  select.replaceChildren(...entries.map(([key, label]) => el("option", {value: key}, label)));
  if (value && entries.some(([key]) => key === value)) select.value = value;
}

function platformChanged() {
  options(form.kind, Object.entries(kinds()).map(([key, [label]]) => [key, `${label}（${key}）`]), form.kind.value);
  $("fault-paths").replaceChildren(...PATHS[form.platform.value].map((path) => el("option", {value: path})));
  const [anyPath = ""] = PATHS[form.platform.value]; // mail and the long connection have no paths
  form.match.value = anyPath;
  form.match.closest("label").hidden = anyPath === "";
  kindChanged();
}

function kindChanged() {
  const [, meaning, usual] = kinds()[form.kind.value];
  form.value.closest("label").hidden = !meaning;
  form.value.required = Boolean(meaning);
  form.value.value = usual ?? "";
  form.valueLabel.textContent = meaning ?? "";
}

function wanted() {
  const fault = {platform: form.platform.value, match: form.match.value.trim(), kind: form.kind.value, times: Number(form.times.value) || 1};
  if (form.value.value !== "") fault.value = Number(form.value.value);
  return fault;
}

function describe(fault) {
  const [label, meaning] = (fault.platform === "stream" ? STREAM_KINDS : CALL_KINDS)[fault.kind];
  const value = fault.value === undefined ? "" : meaning === "秒" ? ` ${fault.value} 秒` : ` ${fault.value}`;
  return `${label}${value}`;
}

async function add(fault) {
  try {
    const {fault: id} = await api.addFault(fault);
    added.push({...fault, id});
    show();
    toast("故障已放好", `${PLATFORMS[fault.platform]}：${describe(fault)}，接下来 ${fault.times} 次。`, "good");
  } catch (error) {
    toast(error.message, error.hint);
  }
}

async function mend() {
  try {
    await api.clearFaults();
    added = [];
    show();
    toast("全部修好了", "所有故障都已移除。", "good");
  } catch (error) {
    toast(error.message, error.hint);
  }
}

function show() {
  form.list.replaceChildren(...added.map((fault) => el("li", {}, el(`span.platform.on-${fault.platform}`, {}, PLATFORMS[fault.platform]),
    el("b", {}, describe(fault)), el("small", {}, `${["", "/"].includes(fault.match) ? "全部" : fault.match} · ${fault.times} 次`))));
  form.none.hidden = added.length > 0;
  $("fault-count").hidden = added.length === 0;
  $("fault-count").textContent = added.length;
}

function labelled(text, control) {
  const label = el("span", {}, text);
  return [el("label.field", {}, label, control), label];
}

function fill(body) {
  form.platform = el("select", {onchange: platformChanged});
  form.kind = el("select", {onchange: kindChanged});
  form.match = el("input", {type: "text", value: "/", spellcheck: false});
  form.match.setAttribute("list", "fault-paths");
  form.value = el("input", {type: "number", min: "0", step: "any"});
  form.times = el("input", {type: "number", min: "1", step: "1", value: 1});
  const [valueField, valueLabel] = labelled("", form.value);
  form.valueLabel = valueLabel;
  const node = el("form.fault-form", {}, labelled("哪里", form.platform)[0], labelled("怎么坏", form.kind)[0],
    labelled("路径前缀", form.match)[0], valueField, labelled("坏几次", form.times)[0],
    el("button.primary", {type: "submit"}, "放一个故障"), el("datalist", {id: "fault-paths"}));
  node.onsubmit = (event) => { event.preventDefault(); add(wanted()); };
  options(form.platform, Object.entries(PLATFORMS));
  form.list = el("ul.fault-list");
  form.none = el("p.empty", {}, "这一页还没有放过故障。");
  const clear = el("button.danger", {type: "button", onclick: mend}, "全部修好");
  body.append(el("p.note", {}, "看守约在坏天气里怎么守约：先放一个故障，再在手机上做点什么。"),
    el("div.ready", {role: "group", "aria-label": "常见故障"}, READY.map(([label, fault]) => el("button.chip", {type: "button", onclick: () => add(fault)}, label))),
    node, el("h3", {}, "本页放过的"), form.none, form.list, clear);
  platformChanged();
  show();
}

export function start() {
  drawer("faults", "故障", fill);
}
