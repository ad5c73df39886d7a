/*
 * A sentence is a form with places for words:
 *
 *   %s subject   %a what it did    %o to what        %p a clause about it
 *   %q a clause that somebody says %l place          %k person
 *   %t a verb    %n number         %d small number   %c percentage
 *   %w the word that the sentence is told to have
 */
#include "tests/web/prose.h"

#include "tests/web/mix.h"

#include <assert.h>
#include <stddef.h>

#define LEN(a) ((uint32_t)(sizeof(a) / sizeof *(a)))

const char *const prose_words[PROSE_N_WORDS] = {"人工智能", "浙江", "DeepSeek", "大模型", "算力",
	"备案", "产业", "招聘"};

/* One article in so many has the word. */
static const uint32_t rarity[PROSE_N_WORDS] = {4, 8, 8, 8, 16, 16, 6, 16};

static const char *const place_heads[] = {"青", "云", "临", "白", "石", "平", "永", "东", "古",
	"双", "松", "丰"};
static const char *const place_tails[] = {"溪县", "河县", "原县", "岭县", "桥区", "渡区", "泉市",
	"湾区", "坪县", "屏市"};

static const char *const subjects[40] = {"水务集团", "农业农村局", "高校联合实验室", "沿江各乡镇",
	"图书馆", "志愿者协会", "港口调度中心", "社区卫生服务站", "古城保护办公室", "城市规划院",
	"林业站", "老年大学", "地铁运营公司", "气象观测站", "民族乐团", "职业技术学校",
	"渔政执法大队", "博物馆修复组", "供电营业厅", "残疾人联合会", "公共资源交易中心", "档案馆",
	"消防救援站", "儿童福利院", "体育场馆中心", "动物疫病防控站", "市场监督管理所",
	"铁路工务段", "公证处", "少年宫", "自然博物馆", "水文勘测队", "粮食储备库", "交通运输局",
	"文化馆", "环境监测站", "退役军人服务站", "测绘院", "广播电视台", "园林绿化所"};

static const char *const verbs[40] = {"启动", "公开", "验收", "暂停", "改造", "整理", "论证",
	"推广", "租赁", "联建", "编制", "更换", "回访", "开放", "拆除", "巡查", "修缮", "登记",
	"迁移", "试用", "评估", "抽检", "招标", "移交", "复查", "加固", "清点", "扩建", "调整",
	"升级", "普查", "展出", "接管", "疏通", "规范", "重启", "核定", "保护", "统筹", "筹建"};

static const char *const actions[40] = {"近日启动了", "计划在年内完成", "首次公开了",
	"正式验收通过", "提前两个月建成", "暂停并重新评估", "委托第三方检查了",
	"向居民征求意见后修改了", "投入专项资金改造", "在会议上介绍了", "用半年时间整理出",
	"邀请专家论证了", "扩大试点范围并推广", "对外租赁了", "联合邻近县市共建", "编制完成了",
	"冬季检修期间更换了", "通过电话回访核实了", "免费开放了", "停用后拆除了", "逐户登记了",
	"分三批移交了", "连夜加固了", "重新清点了", "按新的标准扩建", "悄悄调整了",
	"用两周时间疏通了", "首次展出了", "正式接管了", "组织力量普查了", "对照清单复查了",
	"请老师傅修缮了", "在雨季之前巡查了", "以拍卖方式处置了", "仔细比较后选定了", "暂缓推进",
	"集中抽检了", "公开招标采购了", "与村民商议后迁移了", "用旧料修补了"};

static const char *const objects[40] = {"地下管网漏损监测点", "高标准农田灌溉泵房",
	"档案库房的恒温机组", "防汛物资轮换仓库", "地方志影印资料", "夜间巡护排班表",
	"集装箱码头岸桥", "慢性病随访纸质档案", "明清街巷排水沟", "跨河步行桥方案",
	"松材线虫病防治区", "书法与剪纸课程", "末班车接驳线路", "山洪预警雨量计", "失传曲谱的录音",
	"数控机床实训车间", "休渔期巡查船", "出土漆器脱水槽", "偏远台区变压器", "无障碍坡道清单",
	"老旧小区加装电梯", "校园周边食品摊点", "古树名木保护围栏", "农村客运候车亭",
	"湿地鸟类观测塔", "社区公共晾晒场", "乡村道路错车道", "应急避难场所标识", "河道清淤船队",
	"小型水库溢洪道", "公共自行车停放点", "菜市场通风改造", "冬季供暖换热站",
	"农家书屋图书目录", "山区通信基站", "垃圾分拣流水线", "孤寡老人探访名册",
	"露天影院放映设施", "茶园防霜风扇", "旧厂房红砖外墙"};

static const char *const purposes[32] = {"以便在汛期之前摸清底数", "使周边两万多户受益",
	"为后续的跨区域协作打下基础", "结果张贴在公告栏里", "费用由财政和单位各担一半",
	"预计明年春天可以看到成效", "主要困难在于人手不足", "相关数据每季度更新一次",
	"居民普遍表示支持", "原有的旧设施将捐给山区", "下一阶段将接受审计",
	"误差控制在千分之三以内", "施工时段避开了早晚高峰", "全过程留有影像", "这在当地还是头一回",
	"参与者包括退休工程师", "验收标准参照了邻省的做法", "方案曾经三次推倒重来",
	"附近学校的课间因此安静了许多", "整个过程没有动用应急资金", "遗留的问题列入了明年的计划",
	"合同期限为五年", "第一批名单已经确定", "由原来的施工单位继续负责", "雨天也没有停工",
	"每个环节都有人签字", "群众可以随时前去查看", "节省下来的部分用于养护", "旧图纸也一并归档",
	"外地同行前来参观了两次", "夜间照明改用了节能灯具", "专门为老人留出了通道"};

static const char *const quotes[24] = {"以前要跑三趟的事情现在一趟就够了",
	"图纸上看不出来的问题要到现场才明白", "先把账算清楚再动手", "最怕的是修好了没有人管",
	"老办法和新办法可以一起用", "大家关心的是什么时候能用上", "这笔钱花得值不值要等三年后再说",
	"孩子们放学后终于有了去处", "数据对不上就重新测一遍", "年轻人愿意留下来才是关键",
	"我们没有现成的经验可以照搬", "每一米都是用脚量出来的", "宁可慢一点也不要返工",
	"过去的教训都写在本子里", "听取意见以后改了十几处", "修旧如旧比推倒重建难得多",
	"天气好的时候一天能走二十里", "邻居们自发轮流看护", "设施好不好要问用的人",
	"小事情办好了大事情才有人信", "这里的水质比前几年好了很多", "收费标准一直没有变过",
	"真正难的是长期坚持", "缺的不是资金而是懂行的人"};

static const char *const attempts[] = {"尝试改造过", "论证过", "登记过", "修缮过", "评估过",
	"清点过"};

static const char *const surnames[] = {"王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴",
	"徐", "孙", "胡", "朱", "高", "林", "何", "郭", "罗", "梁", "宋", "郑", "谢", "韩"};
static const char *const given[] = {"建国", "秀英", "志强", "丽华", "海波", "春梅", "文博", "晓燕",
	"立新", "玉兰", "永康", "雪松", "国栋", "慧敏", "少军", "红霞", "德胜", "佳宁", "学文",
	"桂芳", "振宇", "思远", "明辉", "淑贞"};

static const char *const sentences[] = {"%s%a%o，%p。", "%s负责人%k介绍，%o共涉及%n户，%p。",
	"“%q。”%k说，%p。", "截至上月底，%o已完成%n处，比上一年同期增加%c%%。",
	"与此同时，%s%a%o，%p。", "%l的做法是先由%s摸底，再把%o列入清单，%p。",
	"今年%d岁的%k在%l住了半辈子，他常说%q。",
	"按照计划，%s将在%d个月内完成%o，总投入约%n万元。", "调查显示，%c%%的受访者认为%q。",
	"%l和%l两地约定，%o由双方共同维护，%p。", "%s还公布了咨询电话，平均每天接听%n次，%p。",
	"从%l到%l的%d公里沿线，%o已经全部更换。", "会上，%k展示了%o的对比照片，并表示%q。",
	"早在%d年前，%s就曾%t%o，当时的结论是%q。", "最近一次检查中，%n份样品全部合格，%p。",
	"%k算了一笔账：%o每年可节约%n元，%p。", "为此，%s%a%o，又抽调%d名技术人员驻守%l。",
	"记录显示，%l全年共受理%n件，其中%c%%在当日办结。",
	"对于%o，%k的看法是%q，但%s并不完全同意。", "%s的年度报告提到，%o占全部支出的%c%%，%p。"};

static const char *const word_sentences[] = {"会议还讨论了%w的应用前景。",
	"有代表提出，%w方面的经验可以先行总结。", "材料中专门有一节谈到%w，约%n字。",
	"%k认为，%w并不是唯一的答案。", "围绕%w的分组讨论持续了%d个小时。",
	"来自%l的同行介绍了与%w有关的三个例子。"};

struct parts {
	uint32_t place, subject, verb, object;
};

/* Serials come in a row, titles do not: a step that has no factor in common with the number of titles. */
static struct parts parts_of(const struct prose *p)
{
	uint64_t x = (p->serial * 4746649 + mix(p->seed, 7) % PROSE_SERIALS) % PROSE_SERIALS;

	static_assert(120 * 40 * 40 * 40 == PROSE_SERIALS, "a serial is a choice of four parts");
	return (struct parts){.place = (uint32_t)(x / 64000),
		.subject = (uint32_t)(x / 1600 % 40),
		.verb = (uint32_t)(x / 40 % 40),
		.object = (uint32_t)(x % 40)};
}

void prose_add_place(uint64_t number, struct strbuf *out)
{
	uint32_t i = (uint32_t)(number % (LEN(place_heads) * LEN(place_tails)));

	strbuf_add_str(out, place_heads[i % LEN(place_heads)]);
	strbuf_add_str(out, place_tails[i / LEN(place_heads)]);
}

void prose_add_person(uint64_t number, struct strbuf *out)
{
	strbuf_add_str(out, surnames[number % LEN(surnames)]);
	strbuf_add_str(out, given[number / LEN(surnames) % LEN(given)]);
}

static void add_slot(char slot, const char *word, struct dice *d, struct strbuf *out)
{
	switch (slot) {
	case 's':
		strbuf_add_str(out, subjects[dice_cast(d, LEN(subjects))]);
		break;
	case 'a':
		strbuf_add_str(out, actions[dice_cast(d, LEN(actions))]);
		break;
	case 'o':
		strbuf_add_str(out, objects[dice_cast(d, LEN(objects))]);
		break;
	case 'p':
		strbuf_add_str(out, purposes[dice_cast(d, LEN(purposes))]);
		break;
	case 'q':
		strbuf_add_str(out, quotes[dice_cast(d, LEN(quotes))]);
		break;
	case 't':
		strbuf_add_str(out, attempts[dice_cast(d, LEN(attempts))]);
		break;
	case 'l':
		prose_add_place(dice_cast(d, 120), out);
		break;
	case 'k':
		prose_add_person(dice_cast(d, 576), out);
		break;
	case 'n':
		strbuf_printf(out, "%u", 100 + dice_cast(d, 99900));
		break;
	case 'd':
		strbuf_printf(out, "%u", 3 + dice_cast(d, 80));
		break;
	case 'c':
		strbuf_printf(out, "%u.%u", 2 + dice_cast(d, 90), 1 + dice_cast(d, 9));
		break;
	case 'w':
		strbuf_add_str(out, word);
		break;
	default:
		strbuf_add_char(out, slot);
	}
}

static void add_sentence(const char *form, const char *word, struct dice *d, struct strbuf *out)
{
	for (; *form; form++) {
		if (*form == '%')
			add_slot(*++form, word, d, out);
		else
			strbuf_add_char(out, *form);
	}
}

static void add_word_sentence(const char *word, struct dice *d, struct strbuf *out)
{
	add_sentence(word_sentences[dice_cast(d, LEN(word_sentences))], word, d, out);
}

static void add_sentences(uint32_t n, struct dice *d, struct strbuf *out)
{
	/* Steps of 7 through 20 forms: no form stands twice in a paragraph. */
	uint32_t form = dice_cast(d, LEN(sentences));

	for (uint32_t i = 0; i < n; i++, form = (form + 7) % LEN(sentences))
		add_sentence(sentences[form], NULL, d, out);
}

/* The lead says what the title says. */
static void add_lead(const struct prose *p, struct dice *d, struct strbuf *out)
{
	const struct parts t = parts_of(p);

	strbuf_add_str(out, "日前，");
	prose_add_place(t.place, out);
	strbuf_printf(out, "%s决定%s%s，", subjects[t.subject], verbs[t.verb], objects[t.object]);
	add_sentence("%p。", NULL, d, out);
}

/* A number that stands in every article and that an edit may change. */
static void add_count(const struct prose *p, struct strbuf *out)
{
	uint32_t n = 200 + (uint32_t)(mix(p->seed ^ p->serial, 5) % 9000);

	for (uint32_t i = 0; i < p->n_edits; i++)
		if (p->edits[i] == PROSE_CHANGE_NUMBER)
			n = n * 3 + 1;
	strbuf_printf(out, "经初步统计，相关事项共%u件。", n);
}

static uint64_t key_of(const struct prose *p)
{
	return mix(p->seed, p->serial);
}

struct prose prose_of(uint64_t seed, uint64_t serial)
{
	struct prose p = {.seed = seed, .serial = serial};

	for (uint32_t i = 0; i < PROSE_N_WORDS; i++)
		if (mix(key_of(&p), 1000 + i) % rarity[i] == 0)
			p.words |= 1u << i;
	return p;
}

/* The word that an edit brings in: the first one, from 备案 on, that the article lacks. */
static uint32_t missing_word(uint32_t words)
{
	for (uint32_t i = 5; i < 5 + PROSE_N_WORDS; i++)
		if (!(words & 1u << i % PROSE_N_WORDS))
			return i % PROSE_N_WORDS;
	return 5;
}

uint32_t prose_words_now(const struct prose *p)
{
	uint32_t words = p->words;

	for (uint32_t i = 0; i < p->n_edits; i++)
		if (p->edits[i] == PROSE_ADD_WORD)
			words |= 1u << missing_word(words);
	return words;
}

static void add_titled(const struct prose *p, const char *again, struct strbuf *out)
{
	const struct parts t = parts_of(p);

	prose_add_place(t.place, out);
	strbuf_printf(out, "%s%s%s%s", subjects[t.subject], again, verbs[t.verb],
		objects[t.object]);
}

void prose_add_title(const struct prose *p, struct strbuf *out)
{
	const char *again = "";

	for (uint32_t i = 0; i < p->n_edits; i++)
		if (p->edits[i] == PROSE_CHANGE_TITLE)
			again = "再次";
	add_titled(p, again, out);
}

void prose_add_other_title(const struct prose *p, struct strbuf *out)
{
	const struct parts t = parts_of(p);

	strbuf_printf(out, "%s%s？", verbs[t.verb], objects[t.object]);
	prose_add_place(t.place, out);
	strbuf_printf(out, "%s回应", subjects[t.subject]);
}

static void add_edit(const struct prose *p, uint32_t i, uint32_t *words, struct strbuf *out)
{
	struct dice d = {.key = mix(key_of(p), 500 + i)};

	if (p->edits[i] == PROSE_CHANGE_NUMBER)
		return;
	strbuf_add_str(out, "\n");
	add_sentences(2, &d, out);
	if (p->edits[i] != PROSE_ADD_WORD)
		return;
	add_word_sentence(prose_words[missing_word(*words)], &d, out);
	*words |= 1u << missing_word(*words);
}

void prose_add_text(const struct prose *p, struct strbuf *out)
{
	struct dice d = {.key = key_of(p)};
	uint32_t n = 4 + dice_cast(&d, 9), words = p->words;

	for (uint32_t i = 0; i < n; i++) {
		if (i > 0)
			strbuf_add_char(out, '\n');
		else
			add_lead(p, &d, out);
		add_sentences(n <= 5 && i > 0 ? 3 : 2, &d, out);
		if (i == 1)
			add_count(p, out);
		/* Words stand in different places: a text that is cut loses some of them. */
		for (uint32_t k = 0; k < PROSE_N_WORDS; k++)
			if (p->words & 1u << k && (k + p->serial) % n == i)
				add_word_sentence(prose_words[k], &d, out);
	}
	for (uint32_t i = 0; i < p->n_edits; i++)
		add_edit(p, i, &words, out);
}
