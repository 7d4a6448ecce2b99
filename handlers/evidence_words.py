"""Why a file is not kept as evidence: what it is, why that is not taken, and what to send instead.

Most is read by colleagues and by candidates, so it calls nobody 你 or 您; `FOR_CANDIDATES` is theirs alone.
"""

from cards import outcomes
from workflow.errors import Refusal
from workflow.evidence_rules import SAID

PREFIX = "evidence-"
SEEN = {
    "heic": "这是手机的 HEIC 照片，这里打不开。请把照片截一张图再发，或在相机设置里选「兼容性最佳」重拍",
    "avif": "这是 AVIF 图片，这里不收。请截图再发",
    "gif": "这是 GIF 动图。请截图再发",
    "bmp": "这是 BMP 图片，这里不收。请截图再发",
    "tiff": "这是 TIFF 图片，这里不收。请截图或另存为 PDF 再发",
    "svg": "这是 SVG，里面可以带程序。请截图再发",
    "html": "这是网页文件，里面可以带程序。请截图或打印成 PDF 再发",
    "ole": "这是 .msg 或旧版 Office 文件，这里打不开。邮件请另存为 .eml，文档请另存为 PDF，或截图再发",
    "office": "这是 Office 文档，内容可以随时改。请另存为 PDF 或截图再发",
    "archive": "这是压缩包，这里不解压。请解压后把图片或 PDF 逐个发来",
    "program": "这是程序。请发截图",
    "postscript": "这是 PostScript 文件，里面可以带程序。请另存为 PDF 再发",
    "video": "这是视频，这里不收。请在关键的画面截图再发",
    "voice": "这是语音，这里听不了。请把要紧的话打成文字，或发截图",
    "nothing": "文件是空的。请重新选文件再发",
}
INSIDE = {
    "archive": "压缩包",
    "html": "网页",
    "pdf": "PDF",
    "gif": "GIF 图片",
    "program": "程序",
    "script": "脚本",
    "launch": "会打开别的程序或向外发送的动作",
    "attachment": "附件",
    "media": "影音",
}
WHY = {
    "polyglot": "文件里还藏着{inside}，换个软件打开就是另一样东西，没有保存。请打开原件截图再发",
    "animated": "这是会动的图片，不能作证明，没有保存。请截图再发",
    "pixels": "图片尺寸太大，没有保存，最多 6000 万像素。请截图或缩小后再发",
    "broken": "文件不完整或已损坏，打不开，没有保存。请重新保存或截图再发",
    "heavy": "文件打开时占用太多，被停下了，没有保存。请截图再发",
    "pdf-pages": "PDF 页数太多，没有保存，最多 50 页。请只留有关的几页，或截图再发",
    "pdf-active": "PDF 里带有{inside}，没有保存。请把它打印成新的 PDF，或截图再发",
    "pdf-locked": "PDF 有密码，打不开，没有保存。请去掉密码再发，或截图",
    "pdf-heavy": "PDF 解开后太大，没有保存。请把它打印成新的 PDF，或截图再发",
    "mail-parts": "邮件里的部分太多，没有保存，最多 100 个。请把要紧的那封单独另存为 .eml，或截图再发",
    "mail-depth": "邮件一层套一层，太深了，没有保存，最多 6 层。请把要紧的那封单独另存为 .eml，或截图再发",
    "virus": "病毒检查说这个文件不安全，没有保存，也没有转给任何人。请换一个文件或截图再发",
    "size": "文件太大，没有保存，最多 {most_mb} MB。请压缩或截图后再发",
    "most": "申请 {number} 的证明已有 {most} 份，到上限了，没有保存。要换材料请发起的 HR 撤回后重新提交",
    "type": "这种文件不能作证明，没有保存。请发 {allowed}",
}
FOR_CANDIDATES = {
    "most": "您登记 {number} 的证明已有 {most} 份，到上限了，这一份没有保存。要换材料请回复「转人工」",
    "kind": "这次登记的证明只收 {allowed}，这一份没有保存。请换一种再发",
}
"""What is said to a candidate where the sentence for colleagues speaks of our rules, or of what only HR can do."""

REFUSED = {
    "no-such-piece": "申请 {number} 的证明共 {count} 份，没有要看的这一份。请发「看证据 {number}」看全部",
}
"""What the workflow refuses about looking at evidence."""


def why(refusal: Refusal) -> str:
    """Return the sentence for one refusal about a file."""
    code, seen = refusal.code.removeprefix(PREFIX), str(refusal.facts.get("seen", ""))
    if code == "kind":
        return _of_kind(seen, str(refusal.facts.get("allowed", "")))
    return WHY[code].format(**{**refusal.facts, "inside": INSIDE.get(seen, "别的文件")})


def to_candidate(refusal: Refusal) -> str:
    """Return the sentence for the candidate who sent the file."""
    code, seen = refusal.code.removeprefix(PREFIX), str(refusal.facts.get("seen", ""))
    if code == "most" or (code == "kind" and seen in SAID):
        return FOR_CANDIDATES[code].format(**refusal.facts)
    return why(refusal)


def undrawn(code: str) -> str:
    """Say why a piece that was kept cannot be shown, and who gets at it: not who decides, they have no case files."""
    known = outcomes.WHY.get(f"{PREFIX}{code}", "打不开")
    return f"画不出来：{known}。收到的原件原样存着，HR 或审计可在证据包里取得"


def _of_kind(seen: str, allowed: str) -> str:
    if seen in SAID:
        return f"这件申请的规则不收{SAID[seen]}，没有保存。请发 {allowed}"
    hint = f"：{SEEN[seen]}" if seen in SEEN else ""
    return f"这种文件不能作证明，没有保存{hint}。请发 {allowed}"
