"""Family names: how the unusual ones are read, which are two characters long, and which characters may begin a name."""

from typing import Final

READINGS: Final = {
    "单": "shan", "仇": "qiu", "查": "zha", "解": "xie", "区": "ou", "曾": "zeng", "任": "ren", "盖": "ge", "朴": "piao", "翟": "zhai", "员": "yun",
    "缪": "miao", "乐": "yue", "覃": "qin", "种": "chong", "秘": "bi", "冼": "xian", "洗": "xian", "黑": "he", "祭": "zhai", "折": "she", "召": "shao",
    "繁": "po", "逄": "pang", "隗": "wei", "俞": "yu", "华": "hua", "宁": "ning", "晁": "chao", "尹": "yin", "郗": "xi", "曲": "qu", "车": "che",
    "那": "na", "牟": "mu", "葛": "ge", "瞿": "qu", "訾": "zi", "佴": "nai", "哈": "ha", "長": "zhang", "长": "zhang", "石": "shi", "重": "chong",
    "令": "ling", "卜": "bu", "适": "kuo", "谌": "chen", "逯": "lu", "戚": "qi", "尉": "wei", "阙": "que", "撒": "sa", "都": "du", "便": "pian",
    "薄": "bo", "鲜": "xian", "相": "xiang", "占": "zhan", "过": "guo", "恽": "yun", "郇": "xun", "幺": "yao", "贾": "jia", "柏": "bai", "纪": "ji",
    "尉迟": "yuchi", "万俟": "moqi", "长孙": "zhangsun", "澹台": "tantai", "宰父": "zaifu", "单于": "chanyu", "令狐": "linghu", "呼延": "huyan",
    "夏侯": "xiahou", "皇甫": "huangfu", "欧阳": "ouyang", "上官": "shangguan", "司马": "sima", "司徒": "situ", "司空": "sikong", "诸葛": "zhuge",
    "东方": "dongfang", "端木": "duanmu", "公孙": "gongsun", "慕容": "murong", "轩辕": "xuanyuan", "宇文": "yuwen", "闻人": "wenren", "赫连": "helian",
    "淳于": "chunyu", "太叔": "taishu", "申屠": "shentu", "仲孙": "zhongsun", "钟离": "zhongli", "独孤": "dugu", "南宫": "nangong", "拓跋": "tuoba",
    "西门": "ximen", "百里": "baili", "东郭": "dongguo", "公冶": "gongye", "濮阳": "puyang", "鲜于": "xianyu", "闾丘": "lvqiu", "亓官": "qiguan",
    "司寇": "sikou", "颛孙": "zhuansun", "子车": "ziju", "巫马": "wuma", "公西": "gongxi", "漆雕": "qidiao", "壤驷": "rangsi", "公良": "gongliang",
    "夹谷": "jiagu", "梁丘": "liangqiu", "左丘": "zuoqiu", "东门": "dongmen", "南门": "nanmen", "呼衍": "huyan", "纳兰": "nalan", "叶赫": "yehe",
    "完颜": "wanyan", "耶律": "yelv", "贺兰": "helan", "第五": "diwu", "羊舌": "yangshe", "微生": "weisheng", "欧侯": "ouhou", "即墨": "jimo",
}
"""Readings that differ from the everyday one, and every compound surname."""

COMPOUND: Final = frozenset(name for name in READINGS if len(name) == 2)

SINGLE: Final = frozenset(
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方俞任袁柳酆鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄和穆"
    "萧尹姚邵湛汪祁毛禹狄米贝明臧计伏成戴谈宋茅庞熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯昝管卢莫经房裘缪干解应宗丁宣贲邓郁单杭洪包诸左石崔吉钮龚程嵇邢滑裴"
    "陆荣翁荀羊於惠甄曲家封芮羿储靳汲邴糜松井段富巫乌焦巴弓牧隗山谷车侯宓蓬全郗班仰秋仲伊宫宁仇栾暴甘钭厉戎祖武符刘景詹束龙叶幸司韶郜黎蓟薄印宿白怀蒲邰从鄂索咸籍赖卓蔺屠蒙池乔阴胥能苍双闻莘党翟谭贡劳"
    "逄姬申扶堵冉宰郦雍却璩桑桂濮牛寿通边扈燕冀郏浦尚农温别庄晏柴瞿阎充慕连茹习宦艾鱼容向古易慎戈廖庾终暨居衡步都耿满弘匡国文寇广禄阙东欧殳沃利蔚越夔隆师巩厍聂晁勾敖融冷訾辛阚那简饶空曾毋沙乜养鞠须丰巢"
    "关蒯相查荆红游竺权逯盖益桓公仉督岳帅缑亢况后有琴商牟佘佴伯赏墨哈谯笪年爱阳佟朴肖闫付代覃邸冼区佐苑兰仝隋逄由占操揭原么闪鲜练单海黑迟展郄麦尧"
)
"""Characters that are a surname on their own."""

RARELY: Final = frozenset("和于从别那有能后明时年相商空东公都向通充居全终爱须步由操利益家满强红水平方文安成计经")
"""Surnames that are everyday words as well: a longer text starting with one is not taken for a name by that alone."""
