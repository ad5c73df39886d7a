#include "crawler/read/clean/byline_label.h"

#define HAN_BYTES 3 /* of the first character of every label */

/* Sorted by the bytes of the first character, longer ones first. */
static const struct byline_label labels[] = {
	{"一审", BYLINE_LABEL_OTHER, false},
	{"三审", BYLINE_LABEL_OTHER, false},
	{"主题分类", BYLINE_LABEL_OTHER, false},
	{"主编", BYLINE_LABEL_OTHER, false},
	{"二审", BYLINE_LABEL_OTHER, false},
	{"作者", BYLINE_LABEL_AUTHOR, false},
	{"供图", BYLINE_LABEL_OTHER, false},
	{"供稿", BYLINE_LABEL_PUBLISHER, false},
	{"信息提供", BYLINE_LABEL_PUBLISHER, false},
	{"信息来源", BYLINE_LABEL_PUBLISHER, false},
	{"修改时间", BYLINE_LABEL_OTHER, false},
	{"值班主任", BYLINE_LABEL_OTHER, false},
	{"值班总监", BYLINE_LABEL_OTHER, false},
	{"值班编辑", BYLINE_LABEL_EDITOR, false},
	{"值班责编", BYLINE_LABEL_EDITOR, false},
	{"全媒体记者", BYLINE_LABEL_AUTHOR, true},
	{"全媒记者", BYLINE_LABEL_AUTHOR, true},
	{"内容来源", BYLINE_LABEL_PUBLISHER, false},
	{"出品人", BYLINE_LABEL_OTHER, false},
	{"出品", BYLINE_LABEL_OTHER, false},
	{"出处", BYLINE_LABEL_PUBLISHER, false},
	{"分享", BYLINE_LABEL_OTHER, false},
	{"初审", BYLINE_LABEL_OTHER, false},
	{"制片人", BYLINE_LABEL_OTHER, false},
	{"制图", BYLINE_LABEL_OTHER, false},
	{"剪辑", BYLINE_LABEL_OTHER, false},
	{"原标题", BYLINE_LABEL_OTHER, false},
	{"发布单位", BYLINE_LABEL_PUBLISHER, false},
	{"发布日期", BYLINE_LABEL_OTHER, false},
	{"发布时间", BYLINE_LABEL_OTHER, false},
	{"发布机构", BYLINE_LABEL_PUBLISHER, false},
	{"发文字号", BYLINE_LABEL_OTHER, false},
	{"发文机关", BYLINE_LABEL_PUBLISHER, false},
	{"发表时间", BYLINE_LABEL_OTHER, false},
	{"发布于", BYLINE_LABEL_OTHER, true},
	{"发布者", BYLINE_LABEL_OTHER, false},
	{"发表于", BYLINE_LABEL_OTHER, true},
	{"图文来源", BYLINE_LABEL_PUBLISHER, false},
	{"图/文", BYLINE_LABEL_AUTHOR, false},
	{"图文", BYLINE_LABEL_AUTHOR, false},
	{"图片", BYLINE_LABEL_OTHER, false},
	{"图/", BYLINE_LABEL_OTHER, false},
	{"复审", BYLINE_LABEL_OTHER, false},
	{"字体", BYLINE_LABEL_OTHER, false},
	{"字号", BYLINE_LABEL_OTHER, false},
	{"实习编辑", BYLINE_LABEL_EDITOR, false},
	{"实习记者", BYLINE_LABEL_AUTHOR, true},
	{"实习生", BYLINE_LABEL_OTHER, false},
	{"审核", BYLINE_LABEL_OTHER, false},
	{"审签", BYLINE_LABEL_OTHER, false},
	{"总监制", BYLINE_LABEL_OTHER, false},
	{"总编辑", BYLINE_LABEL_OTHER, false},
	{"成文日期", BYLINE_LABEL_OTHER, false},
	{"打印", BYLINE_LABEL_OTHER, false},
	{"执笔", BYLINE_LABEL_AUTHOR, true},
	{"摄影记者", BYLINE_LABEL_OTHER, true},
	{"摄像", BYLINE_LABEL_OTHER, false},
	{"摄影", BYLINE_LABEL_OTHER, false},
	{"撰文", BYLINE_LABEL_AUTHOR, true},
	{"撰稿", BYLINE_LABEL_AUTHOR, false},
	{"文字编辑", BYLINE_LABEL_EDITOR, false},
	{"文字记者", BYLINE_LABEL_AUTHOR, true},
	{"文章来源", BYLINE_LABEL_PUBLISHER, false},
	{"文/图", BYLINE_LABEL_AUTHOR, false},
	{"文号", BYLINE_LABEL_OTHER, false},
	{"文编", BYLINE_LABEL_EDITOR, false},
	{"文/", BYLINE_LABEL_AUTHOR, false},
	{"文", BYLINE_LABEL_AUTHOR, false},
	{"新媒体编辑", BYLINE_LABEL_EDITOR, false},
	{"新闻来源", BYLINE_LABEL_PUBLISHER, false},
	{"日期", BYLINE_LABEL_OTHER, false},
	{"时间", BYLINE_LABEL_OTHER, false},
	{"更新时间", BYLINE_LABEL_OTHER, false},
	{"本报记者", BYLINE_LABEL_AUTHOR, true},
	{"本文来源", BYLINE_LABEL_PUBLISHER, false},
	{"本文编辑", BYLINE_LABEL_EDITOR, false},
	{"本期编辑", BYLINE_LABEL_EDITOR, false},
	{"本网记者", BYLINE_LABEL_AUTHOR, true},
	{"来源于", BYLINE_LABEL_PUBLISHER, true},
	{"来源", BYLINE_LABEL_PUBLISHER, false},
	{"来自", BYLINE_LABEL_PUBLISHER, false},
	{"栏目", BYLINE_LABEL_OTHER, false},
	{"校审", BYLINE_LABEL_OTHER, false},
	{"校对", BYLINE_LABEL_OTHER, false},
	{"浏览次数", BYLINE_LABEL_OTHER, false},
	{"浏览量", BYLINE_LABEL_OTHER, false},
	{"浏览", BYLINE_LABEL_OTHER, false},
	{"消息来源", BYLINE_LABEL_PUBLISHER, false},
	{"点击数", BYLINE_LABEL_OTHER, false},
	{"点击", BYLINE_LABEL_OTHER, false},
	{"版权所有", BYLINE_LABEL_OTHER, false},
	{"特约记者", BYLINE_LABEL_AUTHOR, true},
	{"监制", BYLINE_LABEL_OTHER, false},
	{"稿件提供", BYLINE_LABEL_PUBLISHER, false},
	{"稿件来源", BYLINE_LABEL_PUBLISHER, false},
	{"稿源", BYLINE_LABEL_PUBLISHER, false},
	{"策划", BYLINE_LABEL_OTHER, false},
	{"索引号", BYLINE_LABEL_OTHER, false},
	{"终审", BYLINE_LABEL_OTHER, false},
	{"统筹", BYLINE_LABEL_EDITOR, false},
	{"编辑", BYLINE_LABEL_EDITOR, false},
	{"网络编辑", BYLINE_LABEL_EDITOR, false},
	{"美编", BYLINE_LABEL_OTHER, false},
	{"翻译", BYLINE_LABEL_OTHER, false},
	{"见习编辑", BYLINE_LABEL_EDITOR, false},
	{"见习记者", BYLINE_LABEL_AUTHOR, true},
	{"视频", BYLINE_LABEL_OTHER, false},
	{"记者采写", BYLINE_LABEL_AUTHOR, true},
	{"记者", BYLINE_LABEL_AUTHOR, true},
	{"设计", BYLINE_LABEL_OTHER, false},
	{"访问量", BYLINE_LABEL_OTHER, false},
	{"评论", BYLINE_LABEL_OTHER, false},
	{"责任编审", BYLINE_LABEL_OTHER, false},
	{"责任编辑", BYLINE_LABEL_EDITOR, true},
	{"责编", BYLINE_LABEL_EDITOR, false},
	{"转载自", BYLINE_LABEL_PUBLISHER, false},
	{"转自", BYLINE_LABEL_PUBLISHER, false},
	{"通讯员", BYLINE_LABEL_OTHER, true},
	{"采写", BYLINE_LABEL_AUTHOR, true},
	{"阅读次数", BYLINE_LABEL_OTHER, false},
	{"阅读量", BYLINE_LABEL_OTHER, false},
	{"阅读", BYLINE_LABEL_OTHER, false},
	{"首席记者", BYLINE_LABEL_AUTHOR, true},
	{NULL, BYLINE_LABEL_OTHER, false},
};

#define LABELS_N (sizeof labels / sizeof *labels - 1)

const struct byline_label *byline_label_find(struct span folded)
{
	size_t low = 0, high = LABELS_N;

	if (folded.len < HAN_BYTES * 2 || (unsigned char)folded.data[0] < 0xE4)
		return NULL;
	while (low < high) {
		size_t mid = (low + high) / 2;

		if (memcmp(labels[mid].text, folded.data, HAN_BYTES) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low < LABELS_N && memcmp(labels[low].text, folded.data, HAN_BYTES) == 0
		? &labels[low]
		: NULL;
}

bool byline_label_is_at(const struct byline_label *l, struct span folded)
{
	return l->text && span_starts_with(folded, span_str(l->text));
}

bool byline_label_is_reporter(const struct byline_label *l)
{
	return strstr(l->text, "记者") != NULL;
}
