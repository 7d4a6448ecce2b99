// Who the people are: how they are grouped, which scenes bring them together, and what each might type first.

export const APPS = {
  dingtalk: "钉钉", wecom: "企业微信", wechat: "微信", sms: "短信", email: "邮件",
};

// What the sandbox does not say about a person (its own words win).
const CAST = {
  wangfang: ["net", "招聘专员"], lilei: ["net", "面试官"],
  liuyang: ["heavy", "招聘专员"], chenmin: ["heavy", "用人部门负责人"], zhaoguoqiang: ["heavy", "分管领导"],
  lina: ["heavy", "分管领导的代理人"], wutong: ["heavy", "面试官"],
  helin: ["works", "招聘专员"], zhenghao: ["works", "用人部门负责人"],
  sunjing: ["group", "集团审计"], zhoukai: ["group", "系统管理员"], hanxue: ["group", "安全管理员"],
  "zhangwei-8123": ["candidate", "Java后端 · 互联"], "zhangwei-4410": ["candidate", "会计 · 互联"],
  "zhangwei-0092": ["candidate", "Java后端 · 互联"], "machao-5566": ["candidate", "机械工程师 · 重工"],
  "linxiao-7788": ["candidate", "采购主管 · 重工"], "gaoyuan-3344": ["candidate", "质检员 · 制造"],
};

export const GROUPS = [
  ["net", "华辰互联", "快速"], ["heavy", "华辰重工", "三级审批"], ["works", "华辰制造", "过渡"],
  ["group", "集团", ""], ["candidate", "候选人", ""],
];

export const SCENES = [
  ["fast", "快速流程", ["wangfang", "lilei", "zhangwei-8123"]],
  ["strict", "三级审批", ["liuyang", "chenmin", "zhaoguoqiang", "lina", "wutong", "machao-5566"]],
  ["transition", "过渡流程", ["helin", "zhenghao", "gaoyuan-3344"]],
  ["all", "全部", null],
];

const CHAT_GROUP = "招聘群";
const CHAT_GROUP_MEMBERS = ["wangfang", "liuyang", "zhoukai"];

const CANDIDATE_LINES = ["取消", "来不了了", "改周五上午行吗", "不取消", "我的面试", "帮助"];
const APPROVER_LINES = ["待我审批", "同意 1", "驳回 1 证据不清", "帮助"];
const LINES = {
  wangfang: ["取消 张伟 明天下午三点 原因 行程冲突", "取消 8123", "列表 本周", "撤销", "帮助"],
  liuyang: ["取消 马超 后天上午十点 原因 行程冲突", "取消 林晓 后天下午两点 原因 岗位暂停", "列表 本周", "帮助"],
  helin: ["取消 高原 后天上午九点 原因 行程冲突", "列表 本周", "撤销", "帮助"],
  chenmin: APPROVER_LINES, zhaoguoqiang: APPROVER_LINES,
  lina: APPROVER_LINES, zhenghao: APPROVER_LINES,
  lilei: ["帮助"], wutong: ["帮助"],
  sunjing: ["列表 本周", "审计检索 2026年 原因=行程冲突", "合规体检 华辰重工", "完整性检查 华辰重工", "锚定", "权限 我", "帮助"],
  zhoukai: ["授权 李雷 HR 华辰互联", "留存清单", "权限 王芳", "帮助"], hanxue: ["待我审批", "留存清单", "权限 我", "帮助"],
};

function unitOf(raw, role) {
  const organisation = String(raw.organisation ?? "");
  if (/候选/.test(role) || /-\d{4}$/.test(raw.id)) return "candidate";
  if (/net|互联/.test(organisation)) return "net";
  if (/heavy|重工/.test(organisation)) return "heavy";
  if (/works|制造/.test(organisation)) return "works";
  return "group";
}

const ROLES = {
  hr: "招聘专员", interviewer: "面试官", department_head: "用人部门负责人", leader: "分管领导", deputy: "代理人",
  auditor: "审计", administrator: "系统管理员", security: "安全管理员", candidate: "候选人",
};

function withTitle(role, title) {
  if (!title || role.includes(title)) return role;
  return title.includes(role) ? title : `${role} · ${title}`;
}

export function person(raw) {
  const [castUnit, castRole] = CAST[raw.id] ?? [];
  const role = castRole ?? ROLES[raw.role] ?? raw.role ?? "";
  const unit = castUnit ?? unitOf(raw, role);
  const tail = unit === "candidate" ? (/(\d{4})$/.exec(raw.id)?.[1] ?? "") : "";
  return {
    id: raw.id, name: raw.owner || raw.id, tail, unit,
    role: unit === "candidate" ? castRole || raw.position || role : role,
    fullRole: unit === "candidate" ? castRole || raw.position || role : withTitle(role, raw.title),
    apps: raw.apps?.length ? raw.apps : ["dingtalk"],
    group: groupOf(raw),
    lines: unit === "candidate" ? CANDIDATE_LINES : LINES[raw.id] ?? ["帮助"],
    avatar: `av-${[...raw.id].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % 8}`,
  };
}

function groupOf(raw) {
  if (Array.isArray(raw.groups)) return raw.groups[0]?.name ?? raw.groups[0] ?? null;
  return CHAT_GROUP_MEMBERS.includes(raw.id) ? CHAT_GROUP : null;
}

export function matches(someone, words) {
  const apps = someone.apps.map((app) => APPS[app] ?? app).join(" ");
  const unit = GROUPS.find(([key]) => key === someone.unit)?.[1] ?? "";
  const text = `${someone.id} ${someone.name} ${someone.fullRole} ${someone.tail} ${unit} ${apps}`.toLowerCase();
  return words.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}

export const fullName = (someone) => (someone.tail ? `${someone.name} 尾号 ${someone.tail}` : someone.name);
