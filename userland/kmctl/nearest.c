// SPDX-License-Identifier: GPL-2.0
/* How far apart two words are, after Damerau and Levenshtein. */
#include <ctype.h>
#include <string.h>

#include "nearest.h"

#define WORD_MAX	48

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* What a letter too many costs, one too few, two in each other's place; and another one, which fewer fingers do. */
#define EDIT	3
#define CHANGE	4

/* A letter that is only large where the other is small is nearly the same. */
static size_t difference(char a, char b)
{
	if (a == b)
		return 0;
	return tolower((unsigned char)a) == tolower((unsigned char)b) ? 1 : CHANGE;
}

/* Of words of 1 to WORD_MAX bytes; rows of the table are those of @a so far. */
static size_t distance(const char *a, size_t rows, const char *b, size_t columns)
{
	size_t table[WORD_MAX + 1][WORD_MAX + 1];
	size_t i, j;

	for (i = 0; i <= rows; i++)
		table[i][0] = i * EDIT;
	for (j = 0; j <= columns; j++)
		table[0][j] = j * EDIT;
	for (i = 1; i <= rows; i++) {
		for (j = 1; j <= columns; j++) {
			size_t far = table[i - 1][j - 1] + difference(a[i - 1], b[j - 1]);

			far = least(far, EDIT + least(table[i - 1][j], table[i][j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				far = least(far, EDIT + table[i - 2][j - 2]);
			table[i][j] = far;
		}
	}
	return table[rows][columns];
}

void kmctl_offer(struct kmctl_nearest *nearest, const char *name, size_t size)
{
	size_t length = strlen(nearest->word), far;

	if (!size || size > WORD_MAX || !length || length > WORD_MAX)
		return;
	far = distance(nearest->word, length, name, size);
	if (far > length || (nearest->name && far >= nearest->distance))
		return;
	nearest->name = name;
	nearest->size = size;
	nearest->distance = far;
}
