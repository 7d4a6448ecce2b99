// Asks this device's authenticator for a passkey, or for its signature, and sends its answer with the page's own form.
"use strict";

const form = document.querySelector("form[data-passkey]");
const button = form.querySelector("button");
const problem = form.querySelector("[role=alert]");

const NO_PASSKEYS = "这个浏览器用不了通行密钥。请复制聊天里的链接，在手机或电脑自带的浏览器里打开。";
const REFUSED = {
  NotAllowedError: "没有完成：你取消了，或等得太久。可以再点一次。",
  InvalidStateError: "这台设备已经有你的通行密钥。",
  SecurityError: "这个网址用不了通行密钥，请联系系统管理员。",
};

function bytes(text) {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

function text(buffer) {
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

function wanted(options) {
  const known = (each) => ({ ...each, id: bytes(each.id) });
  const found = { ...options, challenge: bytes(options.challenge) };
  if (options.user) found.user = { ...options.user, id: bytes(options.user.id) };
  if (options.allowCredentials) found.allowCredentials = options.allowCredentials.map(known);
  if (options.excludeCredentials) found.excludeCredentials = options.excludeCredentials.map(known);
  return found;
}

function answer(credential) {
  const said = credential.response;
  const response = { clientDataJSON: text(said.clientDataJSON) };
  if (said.attestationObject) {
    response.attestationObject = text(said.attestationObject);
    response.transports = said.getTransports ? said.getTransports() : [];
  } else {
    response.authenticatorData = text(said.authenticatorData);
    response.signature = text(said.signature);
  }
  return JSON.stringify({ id: credential.id, rawId: text(credential.rawId), type: credential.type, response });
}

function say(words) {
  problem.textContent = words;
  problem.hidden = false;
  button.disabled = false;
}

async function ask() {
  if (!window.PublicKeyCredential) return say(NO_PASSKEYS);
  button.disabled = true;
  problem.hidden = true;
  try {
    const options = { publicKey: wanted(JSON.parse(form.dataset.options)) };
    form.elements.credential.value = answer(await navigator.credentials[form.dataset.passkey](options));
  } catch (error) {
    return say(REFUSED[error.name] || NO_PASSKEYS);
  }
  form.submit();
}

button.addEventListener("click", ask);
