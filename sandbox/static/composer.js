// The typing box of one phone: suggestions, app, group and voice switches, files, Enter to send.

import * as api from "./api.js";
import {APPS, fullName} from "./people.js";
import {el, icon, toast} from "./dom.js";

const PLACEHOLDER = {sms: "回复短信…", email: "回复邮件…"};

export class Composer {
  constructor(someone, refresh, onApp) {
    this.person = someone;
    this.refresh = refresh;
    this.onApp = onApp;
    this.app = someone.apps[0];
    this.inGroup = false;
    this.voice = false;
    this.node = this.build();
    this.show();
  }

  build() {
    const who = fullName(this.person);
    this.box = el("textarea", {rows: 1, "aria-label": `以${who}的身份说`, enterKeyHint: "send"});
    this.box.oninput = () => this.grow();
    this.box.onkeydown = (event) => this.key(event);
    this.box.onpaste = (event) => this.paste(event);
    this.picker = el("input", {type: "file", hidden: true, tabIndex: -1, "aria-label": "选择文件"});
    this.picker.onchange = () => { this.files(this.picker.files); this.picker.value = ""; };
    this.sendButton = el("button.send", {type: "submit", "aria-label": "发送"}, icon("send"));
    this.clip = el("button.icon-button", {type: "button", "aria-label": "发送图片或文件", title: "发送图片或文件"}, icon("clip"));
    this.clip.onclick = () => this.picker.click();
    this.voiceButton = this.toggle("voice", "语音", () => { this.voice = !this.voice; this.inGroup = false; });
    this.groupButton = this.person.group ? this.toggle("group", this.person.group, () => { this.inGroup = !this.inGroup; this.voice = false; }) : null;
    this.form = el("form", {}, this.clip, this.box, this.sendButton, this.picker);
    this.form.onsubmit = (event) => { event.preventDefault(); this.send(); };
    const chips = el("div.chips", {role: "group", "aria-label": "可以这样说"}, this.voiceButton, this.groupButton, this.person.lines.map((line) => this.chip(line)));
    return el("div.composer", {}, chips, this.form);
  }

  toggle(name, label, flip) {
    const button = el("button.chip.mode", {type: "button", "aria-pressed": "false", title: name === "voice" ? "说成语音，平台会转成文字" : `在${label}里 @ 机器人`}, icon(name), label);
    button.onclick = () => { flip(); this.show(); this.box.focus(); };
    return button;
  }

  chip(line) {
    const button = el("button.chip", {type: "button", title: line}, line);
    button.onclick = () => { this.box.value = line; this.grow(); this.box.focus(); };
    return button;
  }

  useApp(app) {
    this.app = app;
    this.show();
  }

  show() {
    if (this.app !== "dingtalk") this.inGroup = false;
    const spoken = ["dingtalk", "wecom", "wechat"].includes(this.app);
    if (!spoken) this.voice = false;
    this.voiceButton.hidden = !spoken;
    this.clip.hidden = this.app === "sms";
    this.voiceButton.setAttribute("aria-pressed", String(this.voice));
    if (this.groupButton) {
      this.groupButton.hidden = this.app !== "dingtalk";
      this.groupButton.setAttribute("aria-pressed", String(this.inGroup));
    }
    const where = this.inGroup ? `在${this.person.group} @守约` : PLACEHOLDER[this.app] ?? `在${APPS[this.app] ?? this.app}里说…`;
    this.box.placeholder = this.voice ? `${where}（语音）` : where;
    this.onApp(this.app);
  }

  grow() {
    this.box.rows = Math.min(4, Math.max(1, this.box.value.split("\n").length, Math.ceil(this.width() / 15)));
  }

  width() {
    return [...this.box.value].reduce((sum, letter) => sum + (letter.charCodeAt(0) > 255 ? 1 : 0.55), 0);
  }

  key(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    this.send();
  }

  async send() {
    const text = this.box.value.trim();
    if (!text || this.busy) return;
    const body = {text, app: this.app};
    if (this.inGroup) body.group = this.person.group;
    if (this.voice) body.as = "voice";
    await this.attempt(async () => {
      await api.say(this.person.id, body);
      if (this.box.value.trim() === text) this.box.value = "";
      this.grow();
    });
  }

  async attempt(work) {
    this.busy = true;
    this.node.classList.add("busy");
    try {
      await work();
    } catch (error) {
      toast(error.message, error.hint);
    }
    this.busy = false;
    this.node.classList.remove("busy");
    await this.refresh(true);
  }

  paste(event) {
    const files = event.clipboardData?.files;
    if (!files?.length) return;
    event.preventDefault();
    this.files(files);
  }

  files(list) {
    const files = [...list];
    if (!files.length) return;
    this.attempt(async () => {
      for (const file of files) await api.sendFile(this.person.id, file, this.app);
    });
  }
}
