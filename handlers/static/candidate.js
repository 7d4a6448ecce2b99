// The page works without this: it only shows the entrance at the right minute and takes a second tap off a button.
"use strict";

const LONGEST_WAIT_S = 6 * 3600;

const waiting = document.querySelector("[data-opens-in]");
if (waiting) {
  const seconds = Number(waiting.dataset.opensIn);
  if (seconds > 0 && seconds < LONGEST_WAIT_S) setTimeout(reloadUnlessWriting, (seconds + 1) * 1000);
}

function reloadUnlessWriting() {
  if (document.querySelector("details[open]")) {
    waiting.textContent = "现在可以进入面试了，请刷新页面。";
  } else {
    location.replace(location.href);
  }
}

for (const form of document.forms) {
  form.addEventListener("submit", () => {
    for (const button of form.querySelectorAll("button")) button.disabled = true;
  });
}

addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});
