"""One spelling for what people type: half-width, simplified, lower-case, without invisible characters."""

import re
from typing import Final

LONGEST: Final = 500
"""Characters read of one message; what comes after is not read, so that no message can take long."""

_PAIRS: Final = """
張张 偉伟 瑋玮 陳陈 劉刘 楊杨 趙赵 黃黄 吳吴 孫孙 馬马 許许 鄭郑 謝谢 馮冯 蔣蒋 鄧邓 葉叶 蘇苏 盧卢 呂吕 魯鲁 韓韩
龍龙 萬万 錢钱 嚴严 賴赖 陸陆 譚谭 鄒邹 鍾钟 羅罗 賀贺 龔龚 顧顾 閻阎 單单 區区 曉晓 麗丽 華华 國国 強强 軍军 傑杰
勝胜 義义 輝辉 慶庆 榮荣 鳳凤 蘭兰 蓮莲 瓊琼 豔艳 艷艳 靜静 潔洁 紅红 綺绮 維维 綱纲 紹绍 緒绪 純纯 練练 織织 興兴
貴贵 賢贤 贊赞 騰腾 飛飞 驍骁 駿骏 鵬鹏 鴻鸿 鶴鹤 齊齐 齡龄 寶宝 爾尔 禮礼 禎祯 穎颖 筆笔 節节 簡简 莊庄 葦苇 蔭荫
藝艺 衛卫 補补 誠诚 詩诗 誌志 諾诺 謙谦 議议 譯译 讓让 豐丰 辦办 達达 遠远 遲迟 遙遥 邁迈 鄉乡 銘铭 鋒锋 鋼钢 錦锦
鎮镇 鏡镜 長长 門门 開开 閔闵 關关 陽阳 陰阴 際际 雲云 電电 霧雾 韻韵 頂顶 順顺 須须 頌颂 領领 頭头 題题 願愿 類类
風风 餘余 佔占 來来 個个 們们 倫伦 偵侦 備备 傳传 傷伤 億亿 儀仪 優优 兒儿 兩两 冊册 凍冻 別别 剛刚 創创 劃划 動动
務务 勞劳 勳勋 匯汇 協协 參参 嗎吗 問问 喬乔 喪丧 嘯啸 圍围 園园 團团 圖图 執执 堅坚 報报 場场 塊块 壓压 壽寿 壞坏
夢梦 夾夹 奧奥 婦妇 媽妈 嬌娇 學学 寧宁 審审 寫写 將将 專专 尋寻 對对 導导 層层 屆届 島岛 嵐岚 師师 帳帐 帶带 幫帮
幾几 庫库 應应 廣广 廳厅 彈弹 彌弥 彥彦 後后 徑径 從从 復复 憂忧 憑凭 懷怀 懸悬 戰战 戲戏 戶户 拋抛 挾挟 捨舍 掃扫
採采 揚扬 換换 擇择 擔担 據据 擬拟 擴扩 攔拦 攜携 敗败 敘叙 數数 斷断 於于 時时 暫暂 曆历 會会 東东 柵栅 條条 棄弃
業业 極极 樂乐 樓楼 標标 樣样 機机 權权 歐欧 歡欢 歲岁 歷历 歸归 毀毁 氣气 決决 沒没 況况 準准 滿满 漲涨 澤泽 濤涛
濟济 濱滨 灣湾 災灾 為为 烏乌 無无 煒炜 煙烟 燁烨 燈灯 營营 爭争 爺爷 牽牵 狀状 獨独 獲获 現现 瑪玛 環环 產产 畫画
畢毕 異异 當当 發发 盡尽 監监 盤盘 確确 碼码 祿禄 離离 種种 稱称 積积 穩稳 窮穷 競竞 筍笋 範范 築筑 簽签 籌筹 紀纪
約约 級级 細细 終终 組组 結结 給给 統统 經经 綠绿 網网 緊紧 線线 緩缓 縣县 總总 績绩 繼继 續续 罰罚 習习 聖圣 聞闻
聯联 聰聪 職职 聽听 脫脱 腦脑 膽胆 臨临 與与 舉举 舊旧 藍蓝 藥药 處处 號号 蟲虫 術术 衝冲 裝装 裡里 裏里 複复 見见
規规 視视 親亲 覺觉 觀观 計计 訂订 訊讯 記记 設设 訪访 訴诉 評评 詞词 試试 話话 該该 詳详 認认 語语 誤误 說说 誰谁
課课 調调 談谈 請请 論论 證证 識识 譜谱 護护 變变 負负 財财 責责 貨货 貼贴 費费 買买 資资 質质 購购 賽赛 車车 軌轨
軟软 輪轮 輕轻 轉转 農农 週周 進进 運运 過过 違违 適适 選选 遞递 還还 邊边 醫医 釋释 針针 銀银 錄录 錯错 鍵键 鐘钟
鐵铁 間间 隊队 階阶 隨随 難难 雙双 雖虽 雜杂 靈灵 響响 頁页 項项 預预 頻频 顯显 飯饭 館馆 駁驳 驗验 驚惊 體体 鬧闹
魚鱼 鮮鲜 麼么 麽么 點点 齒齿 儘尽 夠够 啟启 淚泪 搶抢 痠酸 併并 擋挡 擱搁 銷销 這这 趕赶 書书 檔档 勢势 療疗 覆复
崗岗 較较 夥伙 曬晒 髮发 囉啰 諒谅 聲声 邏逻 輯辑 郵邮 懇恳 讀读 謹谨 陣阵
"""

_INVISIBLE: Final = "\x00\u00ad\u061c\u180e\ufe0e\ufe0f\ufeff" + "".join(
    chr(code)
    for low, high in ((0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0xE0000, 0xE007F))
    for code in range(low, high + 1)
)
"""Zero-width marks, direction marks and tags: what nobody sees must not hide a word from us (T14)."""

_SAME: Final = {"。": ".", "、": ",", "—": "-", "–": "-", "〜": "~", "～": "~", "‘": "'", "’": "'", "“": '"', "”": '"'}


def _table() -> dict[int, str | None]:
    table: dict[int, str | None] = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
    table |= {ord(pair[0]): pair[1] for pair in _PAIRS.split()}
    table |= {ord(seen): meant for seen, meant in _SAME.items()}
    table |= {0x2460 + i: str(i + 1) for i in range(9)}
    table |= {code: chr(code + 32) for code in range(ord("A"), ord("Z") + 1)}
    table |= {0xFF21 + i: chr(ord("a") + i) for i in range(26)}
    table |= {ord(space): " " for space in "\u3000\u00a0\t\r\n\x0b\x0c\u2028\u2029"}
    table |= {ord(char): None for char in _INVISIBLE}
    return table


_PLAIN: Final = _table()
_SURROGATES: Final = re.compile("[\ud800-\udfff]")


def plain(text: str) -> str:
    """Spell a message the one way the other readers expect.

    Full-width letters, digits and marks become half-width, traditional characters simplified, capitals small. Every
    kept character stays one character and spelling twice changes nothing, so spans found here can be cut from it.
    """
    return _SURROGATES.sub("", text[:LONGEST]).translate(_PLAIN).strip()


def as_written(text: str) -> str:
    """Give the same characters as `plain`, position by position, in the spelling they were written in.

    What is kept on record (a reason, a remark) is cut from here, so that nothing a person wrote is respelled.
    """
    kept = _SURROGATES.sub("", text[:LONGEST]).translate(dict.fromkeys(map(ord, _INVISIBLE)))
    spelled = kept.translate(_PLAIN)
    start = len(spelled) - len(spelled.lstrip())
    return kept[start : start + len(spelled.strip())]


def without(text: str, spans: tuple[tuple[int, int], ...]) -> str:
    """Blank out spans of a text, keeping every other character where it was."""
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    return text
