// SPDX-License-Identifier: GPL-2.0-only
/*
 * Strings from strangers: process names and file names are bytes, not text.
 * What is not UTF-8 can not go into JSON, and what a terminal would obey must
 * not go to one.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "out_text.h"

/*
 * Length of the UTF-8 sequence at s, and its code point; 0 when it is not
 * one: a stray or missing continuation byte, an overlong form, a surrogate,
 * or more than U+10FFFF.
 */
static size_t sequence(const unsigned char *s, uint32_t *cp)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t len, i;

	if (s[0] < 0x80) {
		*cp = s[0];
		return 1;
	}
	len = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;
	if (s[0] < 0xc2 || s[0] > 0xf4)
		return 0;
	*cp = s[0] & (0xff >> (len + 1));
	for (i = 1; i < len; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		*cp = *cp << 6 | (s[i] & 0x3f);
	}
	if (*cp < least[len] || *cp > 0x10ffff ||
	    (*cp >= 0xd800 && *cp <= 0xdfff))
		return 0;
	return len;
}

/* C0, DEL, C1, and the marks that reorder what is shown (bidi controls). */
static bool is_control(uint32_t cp)
{
	return cp < 0x20 || (cp >= 0x7f && cp < 0xa0) ||
	       (cp >= 0x202a && cp <= 0x202e) ||
	       (cp >= 0x2066 && cp <= 0x2069) ||
	       cp == 0x2028 || cp == 0x2029;
}

static size_t escape(char *to, const unsigned char *from, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		sprintf(to + i * 4, "\\x%02x", from[i]);
	return len * 4;
}

char *text_escape(const char *str, bool controls)
{
	const unsigned char *s = (const unsigned char *)str;
	char *out = malloc(strlen(str) * 4 + 1), *p = out;
	uint32_t cp;
	size_t len;

	if (!out)
		return NULL;
	while (*s) {
		len = sequence(s, &cp);
		if (!len || (controls && is_control(cp))) {
			len = len ? len : 1;
			p += escape(p, s, len);
		} else {
			memcpy(p, s, len);
			p += len;
		}
		s += len;
	}
	*p = '\0';
	return out;
}

size_t text_width(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += (*s & 0xc0) != 0x80;
	return n;
}
