// One interactive card as DingTalk and WeCom show it: title, status pill, lines, inputs, buttons.
// Drafts (half-chosen inputs) live outside the element, so a redrawn card keeps them.

import * as api from "./api.js";
import {beijing, el, icon, moment, toast} from "./dom.js";

const TONES = [
  ["bad", /失败|异常|错误|逾期|冲突|危险|failed|danger/i],
  ["off", /驳回|退回|不予|拒绝|撤|过期|失效|关闭|作废|取代|停用|放弃|算了|超时|rejected|refused|expired|withdrawn/i],
  ["wait", /待|等|审批中|处理中|进行中|取消中|草稿|pending|waiting/i],
  ["done", /已|完成|成功|通过|✅|同意|done|approved/i],
];

export function toneOf(status) {
  return TONES.find(([, words]) => words.test(status))?.[0] ?? "wait";
}

const DANGEROUS = /^(reject|cancel|purge|delete)\b/;

export function buttonTone(button, index) {
  if (button.danger === true || /danger/.test(button.style ?? "") || DANGEROUS.test(button.key)) return "danger";
  return index === 0 ? "primary" : "plain";
}

export function renderCard(message, ctx) {
  const card = message.card;
  const drafts = ctx.drafts(card.id);
  const tone = toneOf(card.status || "");
  const node = el(`article.card.${tone}`, {data: {card: card.id}, "aria-label": card.title || "卡片"});
  node.append(el("header", {}, el("h3", {}, card.title || "卡片"), card.status ? el(`span.pill.${tone}`, {}, card.status) : null));
  if (card.lines?.length) node.append(el("div.lines", {}, card.lines.map(line)));
  const inputs = card.inputs ?? [];
  if (inputs.length) node.append(el("div.inputs", {}, inputs.map((input) => field(input, card, drafts, ctx))));
  const buttons = card.buttons ?? [];
  if (buttons.length) node.append(el("div.buttons", {}, buttons.map((button, index) => action(button, index, card, ctx, node))));
  node.append(foot(card, ctx));
  return node;
}

function line(text) {
  const pair = /^([^\s：:\d]{1,8})[：:]\s*(.+)$/s.exec(text);
  if (!pair) return el("p", {}, text);
  return el("p.pair", {}, el("span", {}, `${pair[1]}：`), pair[2]);
}

function foot(card, ctx) {
  const updated = moment(card.updated_at ?? card.delivered_at);
  const changed = card.updated_at && card.updated_at !== card.delivered_at;
  const note = updated ? `${beijing(updated).time} ${changed ? "更新" : "送达"}` : "";
  return el("footer", {}, el("span", {}, note), el("button.link", {type: "button", onclick: () => ctx.forward(card), title: "把这张卡片转发给别人"}, icon("forward"), "转发"));
}

// Inputs -------------------------------------------------------------------------------------------------------------

const KIND = {
  select: "select", single_select: "select", multi_select: "many", checkbox_group: "many", multi_checkbox_group: "many",
  switch: "switch", checkbox: "switch", bool: "switch", boolean: "switch", text_area: "area", textarea: "area",
  number: "number", date: "date", time: "time", datetime: "datetime-local",
};

function field(input, card, drafts, ctx) {
  const kind = KIND[String(input.type ?? "text").toLowerCase()] ?? "text";
  const value = input.name in drafts ? drafts[input.name] : input.value;
  const id = `in-${ctx.person.id}-${card.id}-${input.name}`;
  const keep = (chosen) => { drafts[input.name] = chosen; };
  const control = CONTROLS[kind] ? CONTROLS[kind](input, value, keep) : typed(kind, value, keep);
  if (kind === "many") return el("fieldset.field", {}, el("legend", {}, input.label || input.name), control);
  control.id = id;
  control.dataset.focus = `${card.id}/${input.name}`;
  control.disabled = input.enabled === false || input.disabled === true || input.readOnly === true;
  if (input.placeholder && "placeholder" in control) control.placeholder = input.placeholder;
  return el(kind === "switch" ? "label.field.inline" : "label.field", {for: id}, el("span", {}, input.label || input.name), control);
}

const text = (option) => option.text ?? option.label ?? String(option.value);

const CONTROLS = {
  select(input, value, keep) {
    const node = el("select", {onchange: () => keep(node.value)});
    const options = input.options ?? [];
    const known = options.some((option) => String(option.value) === String(value ?? ""));
    if (!known) node.append(el("option", {value: "", disabled: true, selected: true}, "请选择"));
    for (const option of options) node.append(el("option", {value: option.value}, text(option)));
    if (known) node.value = String(value);
    return node;
  },
  many(input, value, keep) {
    const chosen = new Set(Array.isArray(value) ? value : []);
    return el("div.many", {}, (input.options ?? []).map((option) => {
      const box = el("input", {type: "checkbox", checked: chosen.has(option.value)});
      box.onchange = () => { chosen[box.checked ? "add" : "delete"](option.value); keep([...chosen]); };
      return el("label", {}, box, text(option));
    }));
  },
  switch(input, value, keep) {
    const node = el("input.switch", {type: "checkbox", role: "switch", checked: value === true || value === "true"});
    node.onchange = () => keep(node.checked);
    return node;
  },
  area(input, value, keep) {
    return el("textarea", {rows: 2, value: value ?? "", oninput: (event) => keep(event.target.value)});
  },
};

function typed(kind, value, keep) {
  return el("input", {type: kind, value: value ?? "", oninput: (event) => keep(event.target.value)});
}

// What a tap carries: every input as it stands on the screen, like the real clients do.
export function inputsOf(card, drafts) {
  const values = {};
  for (const input of card.inputs ?? []) {
    const changed = input.name in drafts;
    const value = changed ? drafts[input.name] : input.value;
    if (changed || (value !== null && value !== undefined && value !== "")) values[input.name] = value;
  }
  return values;
}

// Buttons ------------------------------------------------------------------------------------------------------------

function action(button, index, card, ctx, node) {
  const off = button.enabled === false;
  const pressed = el(`button.${buttonTone(button, index)}`, {type: "button", disabled: off, data: {key: button.key, focus: `${card.id}/${button.key}`}}, button.text);
  pressed.onclick = () => tap(button, card, ctx, node, pressed);
  return pressed;
}

async function tap(button, card, ctx, node, pressed) {
  node.classList.add("busy");
  node.querySelectorAll(".buttons button").forEach((other) => { other.disabled = true; });
  pressed.dataset.busy = "yes";
  ctx.tapped(card.id, true);
  try {
    const answer = await api.tap(ctx.person.id, card.id, button.key, inputsOf(card, ctx.drafts(card.id)));
    if (answer.toast) toast(answer.toast, "", /失败|没有|不能|过期/.test(answer.toast) ? "bad" : "good");
  } catch (error) {
    ctx.tapped(card.id, false);
    toast(error.message, error.hint);
  } finally {
    await ctx.refresh();
    ctx.redraw(card.id);
  }
}
