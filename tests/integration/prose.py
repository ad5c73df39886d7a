"""Invented Chinese news: articles that differ from each other, with known titles and texts.

The words 人工智能, 浙江, DeepSeek and 产业 come in only where an article is told to have them.
"""
import random

SUBJECTS = ["市水务集团", "县农业农村局", "高校联合实验室", "沿江各乡镇", "省图书馆", "青年志愿者协会", "港口调度中心",
            "社区卫生服务站", "古城保护办公室", "城市规划院", "林业站技术员", "老年大学", "地铁运营公司", "气象观测站",
            "民族乐团", "职业技术学校", "渔政执法大队", "博物馆修复组", "供电营业厅", "残疾人联合会"]
ACTIONS = ["近日启动了", "计划在年内完成", "首次公开了", "正式验收通过", "提前两个月建成", "暂停并重新评估", "委托第三方检查了",
           "向居民征求意见后修改了", "投入三千万元改造", "在会议上介绍了", "用半年时间整理出", "邀请专家论证了", "扩大试点范围并推广",
           "对外租赁了", "联合邻近县市共建", "编制完成了", "冬季检修期间更换了", "通过电话回访核实了", "免费开放了", "停用后拆除了"]
OBJECTS = ["地下管网的漏损监测设备", "高标准农田的灌溉泵房", "超算平台的冷却机房", "防汛物资的轮换仓库", "地方志的影印资料",
           "夜间巡护的排班表", "集装箱码头的岸桥", "慢性病随访的纸质档案", "明清街巷的排水沟", "三条跨河步行桥的方案",
           "松材线虫病的防治区", "书法与剪纸的课程", "末班车的接驳线路", "山洪预警的雨量计", "失传曲谱的录音",
           "数控机床的实训车间", "休渔期的巡查船", "出土漆器的脱水槽", "偏远台区的变压器", "无障碍坡道的清单"]
PURPOSES = ["以便在汛期之前摸清底数", "使周边两万多户受益", "为后续的跨区域协作打下基础", "并把结果张贴在公告栏里", "费用由财政和单位各担一半",
            "预计明年春天可以看到成效", "负责人说困难主要在人手不足", "相关数据每季度更新一次", "居民普遍表示支持", "原有的旧设备将捐给山区",
            "下一阶段将接受审计", "误差控制在千分之三以内", "施工时段避开了早晚高峰", "有记者在现场看到了全过程", "这在当地还是头一回",
            "参与者包括退休工程师", "验收标准参照了邻省的做法", "方案曾经三次推倒重来", "附近学校的课间因此安静了许多", "整个过程没有动用应急资金"]


class Article:
    """One article: number (unique), title, paragraphs, published (RFC 3339), host."""

    def __init__(self, number, words=(), published="2025-05-29T08:30:00+08:00"):
        r = random.Random(number)
        subjects, actions, objects, purposes = (r.sample(p, 8) for p in (SUBJECTS, ACTIONS, OBJECTS, PURPOSES))
        sentences = ["%s%s%s，%s。" % part for part in zip(subjects, actions, objects, purposes)]
        self.number = number
        self.published = published
        self.title = "%s%s%s" % (subjects[0], actions[0], objects[0])
        self.paragraphs = ["".join(sentences[i:i + 2]) for i in range(0, 8, 2)]
        self.paragraphs[1] += "".join("会议还讨论了%s的应用前景。" % w for w in words)

    @property
    def text(self):
        return "\n".join(self.paragraphs)
