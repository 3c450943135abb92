"""How much a decoded text looks like a list of people: GB18030 and Big5 use the same bytes for different characters."""

from __future__ import annotations

import codecs

_USUAL = frozenset(
    # Words of header rows and forms, simplified and traditional.
    "姓名性别男女身份证号码公民居民出生年月日期电话手机联系方式户主关系户籍口住址地址现居住村社区街道乡镇县市省组栋单元室路号院"
    "人员类别低保残疾备注序填报表单位审核合计总计小共户数金额元补贴标准政策享受是否无有已未家庭情况监护配偶父母子孙儿老年童学生"
    "農業戶籍證號碼電話聯絡出職類別殘障補助備註編單審計總共數額標準與區鄉鎮縣實際監護親屬孫兒歲學校長輩福利津貼申請資料機關"
    "农业非城镇困难对象特供养孤就失退役军人优抚计划育独生双等级一二三四五六七八九十大中上下东西南北前后新平安和明春花山水河江湖海"
    # The most frequent family names and what given names are made of.
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
    "張劉陳楊黃趙吳孫馬羅鄭謝許韓馮鄧蕭葉蘇魏呂盧鍾譚陸賈韋鄒龍賀顧龔萬錢嚴湯"
    "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛超霞刚桂兰玉华建国文斌志梅红珍香云凤荣琴德义才生福发贵永清成忠祥光国庆俊峰海燕雪玲萍莉晶辉鹏宇飞倩颖婷佳欣怡子涵梓轩浩然"
    "偉靜麗強軍艷傑濤剛蘭華國紅雲鳳榮義發貴慶輝鵬飛穎蓮嬌瑩淑惠雅婉君豪宏冠家豐"
)
_MARKS = frozenset("，。、；：（）《》“”！？—…\u3000【】％·") | {
    chr(0xFF10 + digit) for digit in range(10)
}


def plausibility(data: bytes, codec: str, *, cut: bool) -> float:
    """The share (at most 1) of usual characters among those that are not ASCII; each fault costs more than it could win.

    `cut`: the data ends anywhere, perhaps inside a character. Text without such characters has plausibility 0.
    """
    text = codecs.getincrementaldecoder(codec)("replace").decode(data, final=not cut)
    others = [char for char in text if char > "\x7f" and char not in _MARKS]
    if not others:
        return 0.0
    usual = sum(char in _USUAL for char in others)
    faults = others.count("\ufffd")
    return (usual - 2 * faults) / len(others)
