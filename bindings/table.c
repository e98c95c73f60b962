// SPDX-License-Identifier: GPL-2.0
/* Rows and columns, for people. Written in Ruby: bindings/ruby/mrblib/table.rb. */
#include <linux/kernel.h>

#include "../vm/binding.h"
#include "bindings.h"

KMVM_BINDING(table,
	"Rows that are printed under the names of their columns. A column that holds Integers alone stands to the right, others to the left; nil is an empty cell. Where a terminal is too narrow, the widest columns are cut, and end in \"...\" there; Integers never are. It counts characters of UTF-8: those of Chinese, Japanese and Korean, and pictures, take two places, others one.",
	{ KMVM_IN_RUBY, "Table.new(*columns, rows: nil, sort_by: nil, top: nil, width: nil) -> Table",
	  "The names of the columns; rows it begins with, as add takes them: an Array of Arrays, a Hash, whatever has each; the column it is sorted by, greatest first if that holds Integers; how many rows are shown, 5000 at most; characters in a line, which are Linux.columns unless told: 0 cuts nothing." },
	{ KMVM_IN_RUBY, "Table#add(*cells) -> Table",
	  "A row, a cell for each column, as it is now. It has 10000 rows at most, of one that is sorted and has a top those which may come to be shown; what comes then is counted by lost." },
	{ KMVM_IN_RUBY, "Table#<<(cells) -> Table",
	  "As add, of an Array." },
	{ KMVM_IN_RUBY, "Table#columns -> Array",
	  "Their names." },
	{ KMVM_IN_RUBY, "Table#rows -> Array",
	  "The rows that are shown, each an Array of Integers, Strings and nil." },
	{ KMVM_IN_RUBY, "Table#lost -> Integer",
	  "How many rows it had no room for." },
	{ KMVM_IN_RUBY, "Table#clear -> Table",
	  "Forgets all rows." },
	{ KMVM_IN_RUBY, "Table#to_s -> String",
	  "The names of the columns, then a line for each row: puts prints it. If rows were lost, the last line says how many." },
	{ KMVM_IN_RUBY, "Table#inspect -> String",
	  "Columns and number of rows, in one line." });
