#include "store/region.h"

#include "store/region_cities.h"

static const struct {
	const char *name;
	const char *code;
} regions[] = {
	{"北京", "110000"},
	{"天津", "120000"},
	{"河北", "130000"},
	{"山西", "140000"},
	{"内蒙古", "150000"},
	{"辽宁", "210000"},
	{"吉林", "220000"},
	{"黑龙江", "230000"},
	{"上海", "310000"},
	{"江苏", "320000"},
	{"浙江", "330000"},
	{"安徽", "340000"},
	{"福建", "350000"},
	{"江西", "360000"},
	{"山东", "370000"},
	{"河南", "410000"},
	{"湖北", "420000"},
	{"湖南", "430000"},
	{"广东", "440000"},
	{"广西", "450000"},
	{"海南", "460000"},
	{"重庆", "500000"},
	{"四川", "510000"},
	{"贵州", "520000"},
	{"云南", "530000"},
	{"西藏", "540000"},
	{"陕西", "610000"},
	{"甘肃", "620000"},
	{"青海", "630000"},
	{"宁夏", "640000"},
	{"新疆", "650000"},
	{"台湾", "710000"},
	{"香港", "810000"},
	{"澳门", "820000"},
};

static const char *const suffixes[] = {
	"",
	"省",
	"市",
	"自治区",
	"壮族自治区",
	"回族自治区",
	"维吾尔自治区",
	"特别行政区",
};

static bool is_suffix(struct span s)
{
	return SPAN_IS_ONE_OF(s, suffixes);
}

static const char *province_code(struct span name)
{
	for (size_t i = 0; i < sizeof regions / sizeof *regions; i++) {
		struct span known = span_str(regions[i].name);

		if (span_starts_with(name, known) && is_suffix(span_from_offset(name, known.len)))
			return regions[i].code;
	}
	return NULL;
}

static bool is_city_suffix(struct span s)
{
	return span_is(s, "市") || span_is(s, "地区") || span_is(s, "盟") || span_is(s, "州") ||
		span_ends_with(s, SPAN_LITERAL("自治州"));
}

static const char *city_code(struct span name, bool bare)
{
	for (size_t i = 0; i < n_region_cities; i++) {
		struct span known = span_str(region_cities[i].name), rest;

		if (!span_starts_with(name, known))
			continue;
		rest = span_from_offset(name, known.len);
		if (bare ? !rest.len : is_city_suffix(rest))
			return region_cities[i].code;
	}
	return NULL;
}

const char *region_code(struct span name)
{
	/* 吉林市 is in 吉林, and 海南州 not in 海南. */
	const char *code = city_code(name, false);

	if (!code)
		code = province_code(name);
	return code ? code : city_code(name, true);
}
