#include "common/wire.h"

static bool take_bytes(struct span *left, uint64_t n, struct span *ret)
{
	if (n > left->len)
		return false;
	*ret = span_from(left->data, (size_t)n);
	*left = span_from_offset(*left, (size_t)n);
	return true;
}

static bool take_number(struct span *left, size_t width, uint64_t *ret)
{
	struct span s;

	if (!take_bytes(left, width, &s))
		return false;
	*ret = 0;
	for (size_t i = 0; i < width; i++)
		*ret = *ret << 8 | (uint8_t)s.data[i];
	return true;
}

/* A value whose length stands in the @width bytes before it, after @extra bytes more. */
static bool take_sized(struct span *left, size_t width, size_t extra, struct span *ret)
{
	uint64_t len;

	return take_number(left, width, &len) && take_bytes(left, len + extra, ret);
}

static bool take_signed(struct span *left, size_t width, struct wire_token *t)
{
	uint64_t bits;
	unsigned shift = (unsigned)(64 - width * 8);

	if (!take_number(left, width, &bits))
		return false;
	t->negative = (int64_t)(bits << shift) >> shift;
	t->type = t->negative < 0 ? WIRE_NEGATIVE : WIRE_UINT;
	t->number = (uint64_t)t->negative;
	return true;
}

/* The formats that one byte tells whole, but for the bytes of a short string. */
static bool take_short(struct span *left, uint8_t head, struct wire_token *t)
{
	if (head < 0x80) {
		*t = (struct wire_token){.type = WIRE_UINT, .number = head};
	} else if (head >= 0xe0) {
		*t = (struct wire_token){.type = WIRE_NEGATIVE, .negative = (int8_t)head};
	} else if (head < 0x90) {
		*t = (struct wire_token){.type = WIRE_MAP, .number = head & 15};
	} else if (head < 0xa0) {
		*t = (struct wire_token){.type = WIRE_ARRAY, .number = head & 15};
	} else {
		t->type = WIRE_STRING;
		return take_bytes(left, head & 31, &t->text);
	}
	return true;
}

bool wire_take(struct span *left, struct wire_token *ret)
{
	struct span s;
	uint8_t head;

	*ret = (struct wire_token){.type = WIRE_OTHER};
	if (!take_bytes(left, 1, &s))
		return false;
	head = (uint8_t)s.data[0];
	if (head < 0xc0 || head >= 0xe0)
		return take_short(left, head, ret);
	switch (head) {
	case 0xc0: /* nil */
		return true;
	case 0xc2:
	case 0xc3:
		*ret = (struct wire_token){.type = WIRE_BOOL, .number = head & 1};
		return true;
	case 0xc4:
	case 0xc5:
	case 0xc6: /* bin */
		ret->type = WIRE_STRING;
		return take_sized(left, (size_t)1 << (head - 0xc4), 0, &ret->text);
	case 0xc7:
	case 0xc8:
	case 0xc9: /* ext: length, type, data */
		return take_sized(left, (size_t)1 << (head - 0xc7), 1, &s);
	case 0xca:
	case 0xcb: /* float */
		return take_bytes(left, head == 0xca ? 4 : 8, &s);
	case 0xcc:
	case 0xcd:
	case 0xce:
	case 0xcf:
		ret->type = WIRE_UINT;
		return take_number(left, (size_t)1 << (head - 0xcc), &ret->number);
	case 0xd0:
	case 0xd1:
	case 0xd2:
	case 0xd3:
		return take_signed(left, (size_t)1 << (head - 0xd0), ret);
	case 0xd4:
	case 0xd5:
	case 0xd6:
	case 0xd7:
	case 0xd8: /* fixext: type, data */
		return take_bytes(left, 1 + ((uint64_t)1 << (head - 0xd4)), &s);
	case 0xd9:
	case 0xda:
	case 0xdb:
		ret->type = WIRE_STRING;
		return take_sized(left, (size_t)1 << (head - 0xd9), 0, &ret->text);
	case 0xdc:
	case 0xdd:
		ret->type = WIRE_ARRAY;
		return take_number(left, head == 0xdc ? 2 : 4, &ret->number);
	case 0xde:
	case 0xdf:
		ret->type = WIRE_MAP;
		return take_number(left, head == 0xde ? 2 : 4, &ret->number);
	}
	return false; /* 0xc1 is never used */
}

/* A whole value of any depth. Every step takes a byte at least, so it ends with the message. */
bool wire_skip(struct span *left)
{
	struct wire_token t;

	for (uint64_t pending = 1; pending; pending--) {
		if (!wire_take(left, &t))
			return false;
		if (t.type == WIRE_ARRAY)
			pending += t.number;
		else if (t.type == WIRE_MAP)
			pending += t.number * 2;
	}
	return true;
}
