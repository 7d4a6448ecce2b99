// The sandbox's control API. Every failure becomes an ApiError that carries the sandbox's own hint.

export class ApiError extends Error {
  constructor(message, hint = "", status = 0) {
    super(message);
    this.hint = hint;
    this.status = status;
  }
}

async function call(method, path, body) {
  const options = {method, cache: "no-store"};
  if (body instanceof FormData) options.body = body;
  else if (body !== undefined) {
    options.body = JSON.stringify(body);
    options.headers = {"Content-Type": "application/json"};
  }
  let answer;
  try {
    answer = await fetch(path, options);
  } catch {
    throw new ApiError("沙盒没有回应", "请看 make demo 是否还在运行。");
  }
  const text = await answer.text();
  let data;
  try {
    data = text ? JSON.parse(text) : {};
  } catch {
    throw new ApiError(`沙盒的回答读不懂（${answer.status}）`, text.slice(0, 120), answer.status);
  }
  if (!answer.ok) throw new ApiError(data.error || `沙盒拒绝了（${answer.status}）`, data.hint || "", answer.status);
  return data;
}

const phone = (id) => `/sandbox/phones/${encodeURIComponent(id)}`;

export const health = () => call("GET", "/sandbox/health");
export const phones = () => call("GET", "/sandbox/phones").then((data) => data.phones);
// Reading a screen counts as the person reading it; a glance (peek) only asks what is there.
export const screen = (id, after, peek) => call("GET", `${phone(id)}/screen?after=${after}${peek ? "&peek=1" : ""}`).then((data) => data.messages);
export const say = (id, body) => call("POST", `${phone(id)}/say`, body);
export const tap = (id, card, button, inputs) => call("POST", `${phone(id)}/tap`, {card, button, inputs});
export const choose = (id, menu, item) => call("POST", `${phone(id)}/choose`, {menu, item});
// `link` counts the links of one message; the first needs no number.
export const openLink = (id, seq, link) => call("POST", `${phone(id)}/open-link`, link ? {seq, link} : {seq});
export const forward = (card, from, to) => call("POST", `/sandbox/cards/${encodeURIComponent(card)}/forward`, {from, to});
export const clock = () => call("GET", "/sandbox/clock").then((data) => data.now);
export const advance = (seconds) => call("POST", "/sandbox/clock", {advance_s: seconds});
export const traffic = (after) => call("GET", `/sandbox/traffic?after=${after}`).then((data) => data.calls);
export const callbacks = (after) => call("GET", `/sandbox/callbacks?after=${after}`).then((data) => data.callbacks);
export const redeliver = (n, times) => call("POST", "/sandbox/redeliver", {n, times, concurrently: times > 1});
export const addFault = (fault) => call("POST", "/sandbox/faults", fault);
export const clearFaults = () => call("DELETE", "/sandbox/faults");

export function sendFile(id, file, app) {
  const form = new FormData();
  form.append("file", file, file.name || "截图.png");
  if (app) form.append("app", app);
  return call("POST", `${phone(id)}/send-file`, form);
}
