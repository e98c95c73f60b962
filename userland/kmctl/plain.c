// SPDX-License-Identifier: GPL-2.0
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "plain.h"

/* The bytes of the character there, and which it is; 0: that is no UTF-8. */
static size_t take(const char *at, size_t left, uint32_t *character)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned char first = *at;
	size_t size = first < 0x80 ? 1 : first < 0xc0 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf8 ? 4 : 0;
	size_t i;

	if (!size || size > left)
		return 0;
	*character = size == 1 ? first : first & (0x7f >> size);
	for (i = 1; i < size; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return 0;
		*character = *character << 6 | (at[i] & 0x3f);
	}
	if (*character < least[size] || *character > 0x10ffff || (*character >= 0xd800 && *character < 0xe000))
		return 0;
	return size;
}

/* Those of Unicode, too: to some terminals U+009B is what ESC [ is. */
static bool is_control(uint32_t character)
{
	return character < 0x20 || (character >= 0x7f && character < 0xa0);
}

void kmctl_plain(char *text)
{
	size_t left = strlen(text);

	while (left) {
		uint32_t character;
		size_t size = take(text, left, &character);
		size_t step = size ? size : 1;

		if (!size || is_control(character))
			memset(text, '?', step);
		text += step;
		left -= step;
	}
}

void kmctl_print_plain(FILE *to, const char *text, size_t size)
{
	while (size) {
		uint32_t character;
		size_t whole = take(text, size, &character);
		size_t step = whole ? whole : 1;
		size_t i;

		if (whole && (!is_control(character) || character == '\t'))
			fwrite(text, 1, step, to);
		else if (*text == '\033')
			fputs("\\e", to);
		else
			for (i = 0; i < step; i++)
				fprintf(to, "\\x%02x", (unsigned char)text[i]);
		text += step;
		size -= step;
	}
}

json_t *kmctl_json_text(const char *text, size_t size)
{
	char *copy = malloc(size + 1);
	json_t *string;
	size_t at = 0;

	if (!copy)
		return NULL;
	memcpy(copy, text, size);
	while (at < size) {
		uint32_t character;
		size_t step = take(copy + at, size - at, &character);

		if (!step)
			copy[at] = '?';
		at += step ? step : 1;
	}
	string = json_stringn(copy, size);
	free(copy);
	return string;
}
