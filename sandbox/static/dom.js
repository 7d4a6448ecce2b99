// Elements, icons, toasts and spoken announcements. No markup strings: everything that people wrote is set as text.

const SVG = "http://www.w3.org/2000/svg";

const ICONS = {
  people: ["M9 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8z", "M2 20c0-3.6 3-6 7-6s7 2.4 7 6", "M16 3.6a4 4 0 0 1 0 7", "M18 14.4c2.5.8 4 2.8 4 5.6"],
  clip: ["M20 11.5l-8.2 8.2a5.2 5.2 0 0 1-7.4-7.4l8.6-8.6a3.5 3.5 0 0 1 5 5l-8.5 8.4a1.7 1.7 0 0 1-2.5-2.4l7.6-7.6"],
  voice: ["M12 15a3.5 3.5 0 0 0 3.5-3.5v-5a3.5 3.5 0 0 0-7 0v5A3.5 3.5 0 0 0 12 15z", "M5 11.5a7 7 0 0 0 14 0", "M12 18.5V22"],
  group: ["M4 5h12a2 2 0 0 1 2 2v6a2 2 0 0 1-2 2H9l-4 4v-4H4a2 2 0 0 1-2-2V7a2 2 0 0 1 2-2z", "M21 9a2 2 0 0 1 1 1.7V18a2 2 0 0 1-2 2v2l-3-2h-4"],
  send: ["M4 12l16-8-6 17-3-7z"],
  close: ["M5 5l14 14", "M19 5L5 19"],
  down: ["M12 5v14", "M6 13l6 6 6-6"],
  link: ["M10 14a4 4 0 0 0 6 .4l3-3a4.2 4.2 0 0 0-6-6l-1.5 1.5", "M14 10a4 4 0 0 0-6-.4l-3 3a4.2 4.2 0 0 0 6 6l1.5-1.5"],
  calendar: ["M4 6h16v14H4z", "M4 10h16", "M8 3v4", "M16 3v4"],
  file: ["M6 2h8l5 5v15H6z", "M14 2v5h5"],
  forward: ["M14 5l7 6.5-7 6.5v-4c-6 0-9 1.5-11 5 .5-6 4-9.5 11-10z"],
  mail: ["M3 5h18v14H3z", "M3 7l9 7 9-7"],
  check: ["M5 13l4.5 4.5L19 7"],
};

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  for (const d of ICONS[name]) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    svg.append(path);
  }
  return svg;
}

// el("button.primary", {type: "button", onclick: f, "aria-label": "…"}, "文字", child…)
export function el(spec, props = {}, ...children) {
  const [tag, ...classes] = spec.split(".");
  const node = document.createElement(tag);
  if (classes.length) node.className = classes.join(" ");
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null) continue;
    if (name.includes("-") || name === "role" || name === "for") node.setAttribute(name, value);
    else if (name === "data") Object.assign(node.dataset, value);
    else node[name] = value;
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}

export const $ = (id) => document.getElementById(id);

export function toast(title, hint = "", tone = "bad") {
  const shown = [...$("toasts").children].find((node) => node.dataset.title === title);
  if (shown) shown.remove();
  const close = el("button.icon-button", {type: "button", "aria-label": "知道了"}, icon("close"));
  const node = el(`div.toast.${tone}`, {data: {title}}, el("div", {}, el("strong", {}, title), hint ? el("p", {}, hint) : null), close);
  close.onclick = () => node.remove();
  $("toasts").append(node);
  setTimeout(() => node.remove(), tone === "bad" ? 9000 : 4000);
}

export function announce(text) {
  $("announcer").textContent = text;
}

export function remembered(key, fallback) {
  try {
    return JSON.parse(localStorage.getItem(`shouyue.${key}`)) ?? fallback;
  } catch {
    return fallback;
  }
}

export function remember(key, value) {
  try {
    localStorage.setItem(`shouyue.${key}`, JSON.stringify(value));
  } catch {
    return; // a browser that keeps nothing still plays
  }
}

const BEIJING = new Intl.DateTimeFormat("zh-CN", {
  timeZone: "Asia/Shanghai", year: "numeric", month: "numeric", day: "numeric", weekday: "short",
  hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
});

export function beijing(moment) {
  const parts = Object.fromEntries(BEIJING.formatToParts(moment).map((part) => [part.type, part.value]));
  return {
    date: `${parts.month}月${parts.day}日`, year: parts.year, month: parts.month, day: parts.day, weekday: parts.weekday,
    time: `${parts.hour}:${parts.minute}`, seconds: `${parts.hour}:${parts.minute}:${parts.second}`,
  };
}

export function moment(value) {
  if (value === null || value === undefined || value === "") return null;
  const parsed = typeof value === "number" ? new Date(value < 1e11 ? value * 1000 : value) : new Date(value);
  return Number.isNaN(parsed.getTime()) ? null : parsed;
}
